"""Column types that the tables share."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, ForeignKey, Integer, String, TypeDecorator
from sqlalchemy.orm import mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment; stored without a zone so that SQLite and PostgreSQL sort it alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Take aware moments only."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment without a zone"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give aware moments back."""
        return value.replace(tzinfo=UTC) if value is not None else None


def one_of(kinds: type[StrEnum], name: str) -> Enum:
    """A column that holds one of `kinds`, kept so by a check constraint called `name`."""
    return Enum(
        kinds,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


#: Money in minor units. Big enough for any city's budget in any currency.
Minor = BigInteger().with_variant(Integer, "sqlite")

Key = Annotated[int, mapped_column(primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Money = Annotated[int, mapped_column(Minor)]
Json = Annotated[dict[str, Any], mapped_column(JSON)]
JsonList = Annotated[list[Any], mapped_column(JSON)]
Short = Annotated[str, mapped_column(String(200))]
RoundId = Annotated[int, mapped_column(ForeignKey("round.id"), index=True)]
AccountId = Annotated[int, mapped_column(ForeignKey("account.id"))]
