"""A black-box conformance kit for UMA 2.0 authorization servers: it knows HTTP and the specifications, no server."""
