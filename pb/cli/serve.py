"""`pb serve`: run the site with gunicorn, ready for residents."""

from __future__ import annotations

import sys

import click
from gunicorn.app.base import BaseApplication

from pb.config import Settings, load_settings


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings; each worker makes its own application."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
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
            "worker_tmp_dir": "/dev/shm" if sys.platform == "linux" else None,  # noqa: S108 - a heartbeat file, no data
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        """The application of one worker."""
        from pb import create_app

        return create_app(self.settings)


@click.command("serve")
def serve_command() -> None:
    """Serve the site on PB_HOST and PB_PORT."""
    Server(load_settings()).run()
