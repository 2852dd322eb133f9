"""What every test may rely on: one event loop, a browser if there is one, a PostgreSQL server."""

import os
import shutil

import hypothesis
import pytest

pytest_plugins = ["tests.postgres"]

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

# No deadline: a shared machine is slow now and then, which is no finding. In CI the examples do not vary.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True, derandomize=IN_CI)
hypothesis.settings.load_profile("house")


def find_chromium() -> str | None:
    """Find a Chromium: CONSENTRY_CHROMIUM if set, else the usual names on the path."""
    names = [os.environ.get("CONSENTRY_CHROMIUM") or "", *BROWSERS]
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of the browser that tests marked `browser` drive."""
    path = find_chromium()
    if path is None:
        pytest.fail("a test that needs Chromium is not marked `browser`")
    return path


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or find_chromium():
        return
    if IN_CI:
        pytest.fail("CI=true promises a browser, and there is no Chromium here", pytrace=False)
    pytest.skip("no Chromium here")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if find_chromium() is None:
        terminalreporter.write_line(
            "No Chromium here, so the tests marked `browser` could not run. "
            "To have it: apt-get install -y chromium, or set CONSENTRY_CHROMIUM.",
        )
