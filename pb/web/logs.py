"""Logs: readable while developing, JSON in production; never a form, a query, a name or a code."""

from __future__ import annotations

import logging
from typing import Any

import structlog

from pb.config import Settings


def install_logs(settings: Settings) -> None:
    """Set how log lines are written. Tracebacks never show the values of variables."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_written(settings),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def _written(settings: Settings) -> list[Any]:
    if settings.environment == "production":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
