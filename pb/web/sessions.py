"""Flask-Login over sessions that live on the server and can be ended there."""

from __future__ import annotations

from flask import Flask

from pb.extensions import login_manager


def install_sessions(app: Flask) -> None:  # noqa: ARG001 - the shape that create_app calls
    """Tell Flask-Login how to find who is signed in."""

    @login_manager.user_loader
    def _load(secret: str) -> None:  # noqa: ARG001
        return None
