"""`pb serve`: run the site with gunicorn, ready for residents."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from gunicorn.app.base import BaseApplication

from pb.cli.worker import work_beside
from pb.config import Settings
from pb.extensions import db, present

#: How long a thread may go on while another waits to. A thread gives way at each statement of SQLite, and whoever
#: writes for all would wait, at Python's own 5 ms, for as long as most of them together take.
TURN_SECONDS = 0.0002
#: How many new objects may come before Python looks for circles among them: not, as at its own 700, amid a page.
NEW_OBJECTS = 50_000


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings; each worker makes its own application."""

    def __init__(self, settings: Settings, make_app: Callable[[Settings], Any]) -> None:
        self.settings = settings
        self.make_app = make_app
        self.worker = 0
        super().__init__()

    def load_config(self) -> None:
        """Hand our settings to gunicorn."""
        options = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "worker_class": "gthread",
            "backlog": 2048,
            "timeout": 60,
            "graceful_timeout": 30,
            "on_starting": self.start_worker,
            "on_exit": self.end_worker,
            "control_socket_disable": True,  # nothing of ours speaks to it
            "worker_tmp_dir": "/dev/shm" if sys.platform == "linux" else None,  # noqa: S108 - a heartbeat file, no data
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one server process."""
        sys.setswitchinterval(TURN_SECONDS)
        app = self.make_app(self.settings)
        _look_rarely_for_garbage()
        return app

    def start_worker(self, _arbiter: Any) -> None:
        """Start the process for long work, before the server has sockets and signals that it could inherit."""
        parent = os.getpid()
        self.worker = os.fork()
        if self.worker == 0:
            try:
                work_beside(self.settings, self.make_app, parent)
            finally:
                os._exit(0)

    def end_worker(self, _arbiter: Any) -> None:
        """End it with the server; what it was at is taken up again by the next one."""
        with suppress(ProcessLookupError):
            os.kill(self.worker, signal.SIGTERM)


def _look_rarely_for_garbage() -> None:
    """Leave out what stays as long as the process: going through all of it stops every thread while people wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])


@click.command("serve")
@with_appcontext
def serve_command() -> None:
    """Serve the site on PB_HOST and PB_PORT."""
    serve(present.settings)


def serve(settings: Settings) -> None:
    """Run the server until it is stopped; connections of this process are left to it alone."""
    make_app = current_app.extensions["make_app"]
    db.session.remove()
    db.engine.dispose()
    Server(settings, make_app).run()
