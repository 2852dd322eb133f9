"""`python -m examples.health_record`: serve the health record."""

from examples.health_record.settings import read_settings
from examples.parts.serve import serve

if __name__ == "__main__":
    serve("examples.health_record.app:application", read_settings().address)
