"""The reads that decisions may ask for: each statement beside the method that runs it."""
