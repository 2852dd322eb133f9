"""The page of errors is what the classes say."""

import subprocess
import sys

from tools.error_reference import PAGE


def test_the_page_of_errors_is_up_to_date() -> None:
    # In a process of its own: tests make refusals too, and those are nobody's business.
    program = "from tools.error_reference import page; print(page(), end='')"
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert PAGE.read_text() == made.stdout, "run: python -m tools.error_reference"
