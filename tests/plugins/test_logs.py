"""How the server logs."""

import json
import pickle
from logging import LogRecord
from logging.config import BaseConfigurator

import pytest

from consentry.plugins.logs import log_configuration
from consentry.settings.schema import Log


@pytest.mark.parametrize("kind", ["json", "text"])
def test_a_worker_that_is_not_forked_can_be_given_the_configuration(kind: str) -> None:
    log = Log(format="json") if kind == "json" else Log(format="text")
    given = pickle.loads(pickle.dumps(log_configuration(log)))  # noqa: S301 - our own
    assert given["formatters"].keys() == {"lines"}


def test_away_from_a_terminal_a_line_is_one_json_object() -> None:
    configuration = log_configuration(Log(format="json"))
    formatters = configuration["formatters"]
    assert isinstance(formatters, dict)
    formatter = BaseConfigurator(configuration).configure_custom(dict(formatters["lines"]))
    record = LogRecord("consentry", 20, "here.py", 1, "so it %s", ("is",), None)
    line = json.loads(formatter.format(record))
    assert (line["event"], line["level"], line["logger"]) == ("so it is", "info", "consentry")
