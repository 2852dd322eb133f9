"""The protocol: decisions over values.  No HTTP, no SQL, no clock, no sockets."""
