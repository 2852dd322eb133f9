"""Logs on standard error: readable on a terminal, one JSON object a line elsewhere, and never a secret.

What an exception says is not logged, since it may quote what was sent; where it happened is.
"""

import logging
import sys
import traceback
from collections.abc import Mapping
from functools import partial

from consentry.settings.schema import Log

LOGGER = "consentry"
FRAMES = 12


def log_configuration(log: Log) -> dict[str, object]:
    """Return the configuration for `logging.config.dictConfig`: ours and the web server's lines look alike.

    It can be pickled: where processes are not forked, the workers get it so.
    """
    as_text = log.format == "text" or (log.format == "auto" and sys.stderr.isatty())
    level = log.level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": partial(_formatter, as_text=as_text)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            LOGGER: {"handlers": ["stderr"], "level": level, "propagate": False},
            "_granian": {"handlers": ["stderr"], "level": level, "propagate": False},
            "granian.access": {"handlers": ["stderr"], "level": "CRITICAL", "propagate": False},
        },
    }


def log_crash(problem: Exception, *, request_id: str, method: str, path: str) -> None:
    """Write one line about an exception that nobody foresaw."""
    frames = traceback.extract_tb(problem.__traceback__)[-FRAMES:]
    details: Mapping[str, object] = {
        "request_id": request_id,
        "method": method,
        "path": path,
        "exception": type(problem).__qualname__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    logging.getLogger(LOGGER).error("crash", extra=details)


def log_failed_start(problem: Exception) -> None:
    """Write why the server cannot start.  Nobody has sent anything yet, so the text may be told."""
    logging.getLogger(LOGGER).error("cannot start: %s", problem, extra={"exception": type(problem).__qualname__})


def _formatter(*, as_text: bool) -> logging.Formatter:
    import structlog  # noqa: PLC0415 - half of what a command needs to start, and most never log

    enrich: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=enrich,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )
