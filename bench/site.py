"""The site against the plain way: the median of interleaved turns of both, and their ratio."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask_migrate import upgrade

from bench import casting, pages
from bench.sides import Comparison
from pb import create_app
from pb.config import Settings
from pb.extensions import db, present
from tests.conftest import TurningClock


def site() -> None:
    """Run the comparisons over a database of their own and print them."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance_path=Path(folder), mail="null"))
        turns = (
            lambda: casting.one_after_another(Path(folder)),
            lambda: casting.sixteen_at_once(app, Path(folder)),
            pages.ballot,
        )
        with app.app_context():
            upgrade()
            for turn in turns:
                app.extensions["test_clock"] = TurningClock()
                present.use(clock=app.extensions["test_clock"])
                show(turn())
            db.session.remove()
            db.engine.dispose()


def show(comparison: Comparison) -> None:
    """One line: both medians and how many times faster ours is."""
    print(  # noqa: T201 - what the command is for
        f"{comparison.name:44} ours {comparison.ours:9.3f} ms   plain {comparison.plain:9.3f} ms   "
        f"{comparison.plain / comparison.ours:6.1f} times"
    )
