"""The endpoints that specifications name: how each request is read and each answer written."""
