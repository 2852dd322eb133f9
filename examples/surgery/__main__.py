"""`python -m examples.surgery`: serve the surgery's application."""

from examples.parts.serve import serve
from examples.surgery.settings import read_settings

if __name__ == "__main__":
    serve("examples.surgery.app:application", read_settings().address)
