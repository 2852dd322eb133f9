"""The owner's and requester's pages: what people see of sharing, and what they press."""
