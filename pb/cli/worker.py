"""`pb worker`: the process that does long work beside the pages, such as making a batch of cards."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import click
from flask.cli import with_appcontext

from pb.config import Settings
from pb.extensions import db
from pb.services.health import warn_of_troubles
from pb.services.jobs import log_bug
from pb.services.unusual import warn_of_unusual
from pb.services.worker import work_due

#: How often the worker looks for work.
LOOK_SECONDS = 2
#: How often it looks at the disk, in looks for work: an hour.
HEALTH_LOOKS = 3600 // LOOK_SECONDS
#: Voters come first: the worker takes what they leave of the processor.
NICE = 10


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what waits and stop, as from a timer.")
@with_appcontext
def worker_command(once: bool) -> None:
    """Do long work, such as large batches of cards, until stopped. The server starts one by itself."""
    if once:
        click.echo(f"{work_due()} done.")
        return
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    work_until(stopped.is_set, stopped.wait)


def work_until(stopped: Callable[[], bool], wait: Callable[[float], Any]) -> None:
    """Work, and look again every other second, until told to stop; what goes wrong between jobs is logged.

    At the start and each hour it looks at the disk and at the numbers of open votes too, and warns in the log.
    """
    for look in count():
        if stopped():
            return
        try:
            if look % HEALTH_LOOKS == 0:
                warn_of_troubles()
                warn_of_unusual()
            work_due()
        except Exception as error:  # noqa: BLE001 - such as a database that is away for a while: look again
            log_bug(error)
        db.session.rollback()  # no snapshot is held while waiting
        wait(LOOK_SECONDS)


def work_beside(settings: Settings, make_app: Callable[[Settings], Any], parent: int) -> None:
    """The worker of a server, in a process of its own: it ends with the server, whatever ends that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is meant for the server, which ends us
    os.nice(NICE)
    app = make_app(settings)
    with app.app_context():
        work_until(lambda: os.getppid() != parent, threading.Event().wait)
