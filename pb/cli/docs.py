"""`pb docs`: write the pages of docs/ that are printed from the code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from pb.config import PROJECT, Settings
from pb.core.events import EVENTS
from pb.core.states import BID_ARROWS, ROUND_ARROWS

HEAD = "<!-- Printed by `pb docs`; a test compares it. Change the code, then run it again. -->\n\n"


def pages(app: Flask) -> dict[str, str]:
    """Each printed page by its file name in docs/."""
    return {
        "settings.md": HEAD + "\n".join(_settings()) + "\n",
        "states.md": HEAD + "\n".join(_states()) + "\n",
        "events.md": HEAD + "\n".join(_events()) + "\n",
        "doors.md": HEAD + "\n".join(_doors(app)) + "\n",
    }


def _settings() -> Iterator[str]:
    yield "# Settings\n\nEach is read from the environment.\n"
    yield "| name | default | meaning |\n|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = field.default.name if isinstance(field.default, Path) else field.default
        yield f"| `PB_{name.upper()}` | {_shown(default)} | {field.description} |"


def _shown(default: object) -> str:
    return f"`{default}`" if default not in ("", None) else "empty"


def _states() -> Iterator[str]:
    yield "# States\n\nThe only arrows there are. Voting opens and closes by the clock; the column records it."
    yield "Once voting has opened, `cancelled` takes two people: one asks with a reason, another confirms that reason."
    for title, arrows in (("A round", ROUND_ARROWS), ("A bid", BID_ARROWS)):
        yield f"\n## {title}\n\n```mermaid\nstateDiagram-v2"
        for state, ends in arrows.items():
            yield from (f"  {state} --> {end}" for end in sorted(ends))
        yield "```"


def _events() -> Iterator[str]:
    yield "# Events\n\nWhat the ledger records, and which facts each entry holds. Never a name, a contact or a code.\n"
    yield "| event | facts |\n|---|---|"
    for kind, facts in sorted(EVENTS.items()):
        yield f"| {kind} | {', '.join(sorted(facts)) or '-'} |"


def _doors(app: Flask) -> Iterator[str]:
    yield "# Doors\n\nEvery page and who may open it.\n"
    yield "| door | who |\n|---|---|"
    for line in app.extensions["door_table"](app).splitlines():
        endpoint, who = line.split(maxsplit=1)
        yield f"| `{endpoint}` | {who} |"


@click.command("docs")
@with_appcontext
def docs_command() -> None:
    """Write the pages of docs/ that are printed from the code."""
    for name, text in pages(current_app).items():
        (PROJECT / "docs" / name).write_text(text, encoding="utf-8")
        click.echo(f"docs/{name}")
