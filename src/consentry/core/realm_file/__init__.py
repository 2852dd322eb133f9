"""Realm files: a realm's settings, people, clients and shares as an operator writes them down."""
