"""Every door of the application, audience by audience."""

from __future__ import annotations

from flask import Blueprint, Flask

from pb.web import accounts, groups, members, officers, public, stations, voting

BLUEPRINTS: tuple[Blueprint, ...] = (
    *public.BLUEPRINTS,
    voting.bp,
    *stations.BLUEPRINTS,
    *groups.BLUEPRINTS,
    *officers.BLUEPRINTS,
    *members.BLUEPRINTS,
    accounts.bp,
)


def register_doors(app: Flask) -> None:
    """Register the pages of every audience."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
