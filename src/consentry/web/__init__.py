"""What speaks HTTP: bytes in, a decision asked, bytes out."""
