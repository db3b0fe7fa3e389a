"""Kiosks: enrolled tablets, each with a key of its own, and what they sent in."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, Key, Moment, RoundId, one_of


class Kiosk(Base):
    """A tablet at a station. `public_key` checks what it sends; a revoked one sends nothing more.

    `told_waiting` and `told_seq` are what it said when it last synced; a row never holds the time of a ballot.
    """

    __tablename__ = "kiosk"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    enrolling_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    enrolling_until: Mapped[Moment | None]
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    enrolled_by: Mapped[AccountId]
    enrolled_at: Mapped[Moment | None]
    overridden_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[Moment | None]
    synced_at: Mapped[Moment | None]
    told_waiting: Mapped[int] = mapped_column(default=0)
    told_seq: Mapped[int] = mapped_column(default=0)
    closing_seq: Mapped[int | None]


class ItemState(StrEnum):
    """What became of an item that a kiosk sent."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


class KioskItem(Base):
    """One item as a kiosk sent it, under the envelope's random id. `kept` is there while it is quarantined."""

    __tablename__ = "kiosk_item"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), index=True)
    state: Mapped[ItemState] = mapped_column(one_of(ItemState, "state"))
    reason: Mapped[str] = mapped_column(String(40), default="")
    kept: Mapped[Json | None]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
