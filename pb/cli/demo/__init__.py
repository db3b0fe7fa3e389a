"""`pb demo`: a council with three rounds, made from nothing in a minute, with a log-in for every role."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from pb.config import PROJECT, Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from flask import Flask

    from pb.cli.demo.diary import Entry

MakeApp = Callable[[Settings], "Flask"]

STAGES = ("bidding", "checking", "voting", "event-day", "reveal", "deciding", "published")
REFUSED = 2


@click.command("demo")
@click.option("--stage", type=click.Choice(STAGES), default="voting", show_default=True, help="Of the large round.")
@click.option("--seed", default=7, show_default=True, help="The same number gives the same council.")
@click.option("--serve", "serving", is_flag=True, help="Serve it afterwards, until Ctrl+C.")
@click.pass_obj
def demo_command(caller: Any, stage: str, seed: int, serving: bool) -> None:
    """Make a council to try things out in: three rounds, people of every role, bids and ballots.

    Stages: bidding; checking; voting; event-day, half-way through an event in a hall; reveal, with the result being
    shown; deciding; published.

    It lives in a folder and a database of its own (instance/demo, or PB_INSTANCE_PATH and PB_DATABASE_URL). What an
    earlier demo made there is made anew; a database that anything else has written to is left alone.
    """
    from pb.cli.demo.ground import Occupied, clear

    make_app: MakeApp = getattr(caller, "create_app", caller)  # the way to make one, or Flask's own holder of it
    try:
        settings = demo_settings()
        if serving:
            must_be_free(settings)
        app = make_app(settings)
        with app.app_context(), real_time():
            clear(stage, seed)
            fill(stage, seed)
    except (SettingsError, Occupied) as error:
        click.echo(f"pb demo: {error}", err=True)
        sys.exit(REFUSED)
    if serving:
        serve_it(app)


def demo_settings() -> Settings:
    """The settings of the environment, but for a folder of its own, no second factor, no mail and quick keys."""
    given = load_settings()
    if given.environment == "production":
        raise SettingsError("this is a production server (PB_ENVIRONMENT): a demonstration has no place on it")
    ours: dict[str, Any] = {"environment": "demo", "relax_second_factor": True, "mail": "null", "passphrase_memory": 8}
    if "instance_path" not in given.model_fields_set:
        ours["instance_path"] = PROJECT / "instance" / "demo"
    return given.model_copy(update=ours)


def must_be_free(settings: Settings) -> None:
    """Raise SettingsError where another server, perhaps an earlier demonstration, listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            sentence = "cannot be served on. Stop what uses it, or choose another port with PB_PORT"
            raise SettingsError(f"{settings.host}:{settings.port} {sentence} ({error.strerror})") from error


@contextmanager
def real_time() -> Iterator[None]:
    """Give the clock and the chance of the machine back, whatever happens inside."""
    import secrets

    from pb.core.clock import system_clock
    from pb.extensions import present

    try:
        yield
    finally:
        present.use(clock=system_clock, chance=secrets.token_bytes)


def fill(stage: str, seed: int) -> None:
    """Make the council and print how to look around in it."""
    from pb.cli.demo.card import card
    from pb.cli.demo.stages import build
    from pb.core.clock import system_clock
    from pb.extensions import present
    from pb.services.worker import work_due

    def shown(entries: list[Entry]) -> Iterator[Entry]:
        with click.progressbar(entries, label="A year in Exampleton") as bar:
            yield from bar

    town = build(stage, seed, system_clock(), each=shown)
    present.use(clock=system_clock)
    work_due()  # what a worker does beside a running server, such as explaining the counts
    click.echo(f"\nYou Decide, to try out. Stage: {stage}.\n{card(town)}\n")


def serve_it(app: Flask) -> None:
    """Serve the demonstration on PB_HOST and PB_PORT."""
    from pb.cli.serve import serve
    from pb.extensions import present

    with app.app_context():
        click.echo(f"Serving on {present.settings.public_url} until you press Ctrl+C.")
        serve(present.settings)
