"""Every door of the application, in one list."""

from __future__ import annotations

from flask import Blueprint, Flask

from pb.web import accounts, groups, voting
from pb.web.officers import accounts as officers_accounts
from pb.web.public import information

BLUEPRINTS: tuple[Blueprint, ...] = (
    *groups.BLUEPRINTS,
    officers_accounts.bp,
    accounts.bp, information.bp, voting.bp)


def register_doors(app: Flask) -> None:
    """Register the pages of every audience."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
