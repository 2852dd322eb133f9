"""Grant types of the token endpoint, one module per last part of its URN or name."""
