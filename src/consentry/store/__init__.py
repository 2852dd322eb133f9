"""The store: one schema in portable SQL, two drivers.  Only `consentry.app` and the command line look in here."""
