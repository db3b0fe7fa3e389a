"""You Decide: participatory budgeting, from bid to published result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from pb.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The web application; Flask is imported only here so that `pb.core` works without it."""
    from pb.app import create_app as build

    return build(settings)
