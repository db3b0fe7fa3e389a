"""Flask's extensions and the few things that an application hands to its services. Imports nothing of ours."""

from __future__ import annotations

import secrets as machine
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table; constraint names are fixed so that a breach can be told as a field error."""

    metadata = MetaData(naming_convention=NAMES)


class Present:
    """The clock and the settings that services read; the application sets them, tests may turn the clock.

    `chance` is for what is drawn in public or no secret, so that the demonstration can be the same each time; keys
    and codes come from the machine alone.
    """

    def __init__(self) -> None:
        self._clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._chance: Callable[[int], bytes] = machine.token_bytes
        self._settings: Any = None
        self._secrets: Any = None

    def use(
        self,
        *,
        settings: Any = None,
        secrets: Any = None,
        clock: Callable[[], datetime] | None = None,
        chance: Callable[[int], bytes] | None = None,
    ) -> None:
        """Set what is given; leave the rest."""
        self._settings = settings or self._settings
        self._secrets = secrets or self._secrets
        self._clock = clock or self._clock
        self._chance = chance or self._chance

    def now(self) -> datetime:
        """The present moment as an aware UTC datetime."""
        return self._clock()

    def chance(self, count: int) -> bytes:
        """So many random bytes for a draw."""
        return self._chance(count)

    @property
    def settings(self) -> Any:
        """The application's `pb.config.Settings`."""
        return self._settings

    @property
    def secrets(self) -> Any:
        """The application's `pb.config.Secrets`."""
        return self._secrets


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
csrf = CSRFProtect()
login_manager = LoginManager()
babel = Babel()
present = Present()
