"""`python -m consentry`, and the command `consentry`."""

import sys


def main() -> None:
    """Run the command line, or say what is missing."""
    try:
        from consentry.cli.main import consentry
    except ModuleNotFoundError as problem:
        if problem.name is None or problem.name.startswith("consentry"):
            raise
        sys.exit(f"The server is not installed ({problem.name} is missing): pip install 'consentry[server]'")
    consentry(prog_name="consentry")


if __name__ == "__main__":
    main()
