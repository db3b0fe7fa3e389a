"""Every door of the application, in one list."""

from __future__ import annotations

from flask import Blueprint, Flask

from pb.web import accounts, voting
from pb.web.public import information

BLUEPRINTS: tuple[Blueprint, ...] = (accounts.bp, information.bp, voting.bp)


def register_doors(app: Flask) -> None:
    """Register the pages of every audience."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
