"""Every door of the application, in one list."""

from __future__ import annotations

from flask import Blueprint, Flask

from pb.web import accounts, groups, voting
from pb.web.officers import accounts as officers_accounts
from pb.web.officers import bids as officers_bids
from pb.web.officers import checks as officers_checks
from pb.web.officers import codes as officers_codes
from pb.web.officers import desk as officers_desk
from pb.web.public import information

BLUEPRINTS: tuple[Blueprint, ...] = (
    *groups.BLUEPRINTS,
    officers_bids.bp,
    officers_checks.bp,
    officers_codes.bp,
    officers_desk.bp,
    officers_accounts.bp,
    accounts.bp,
    information.bp,
    voting.bp,
)


def register_doors(app: Flask) -> None:
    """Register the pages of every audience."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
