"""Built-in answers to the extension points, and what keeps secrets."""
