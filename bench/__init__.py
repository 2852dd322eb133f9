"""The benchmark: Consentry on both databases and three sizes, beside a bare handler and a peer, in one run."""
