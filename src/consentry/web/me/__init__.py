"""The owner's and requester's API: what people do with their things, for programs that act for them."""
