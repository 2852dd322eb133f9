"""Schema migrations, oldest first: expand, migrate, contract.  Nothing here imports the schema of today."""
