"""`pb serve`: run the site with gunicorn, ready for residents."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from gunicorn.app.base import BaseApplication

from pb.config import Settings
from pb.extensions import db, present


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings; each worker makes its own application."""

    def __init__(self, settings: Settings, make_app: Callable[[Settings], Any]) -> None:
        self.settings = settings
        self.make_app = make_app
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
            "control_socket_disable": True,  # nothing of ours speaks to it
            "worker_tmp_dir": "/dev/shm" if sys.platform == "linux" else None,  # noqa: S108 - a heartbeat file, no data
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one worker."""
        return self.make_app(self.settings)


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
