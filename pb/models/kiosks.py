"""Kiosks: enrolled tablets, each with a key of its own, and what they sent in."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, Key, Moment, RoundId, one_of


class Kiosk(Base):
    """A tablet at a station. `public_key` checks what it sends; a revoked one sends nothing more.

    `declares`: whoever votes there says who they are on it; else their card's code is enough. `overridden_by` let it
    work without a network though its browser does not promise to keep what is saved. `told_waiting` and `told_made`
    are what it said when it last synced, `closing_seq` the number at which it was closed; no row holds the time of a
    ballot.
    """

    __tablename__ = "kiosk"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    declares: Mapped[bool]
    enrolling_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    enrolling_until: Mapped[Moment | None]
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    added_by: Mapped[AccountId]
    enrolled_at: Mapped[Moment | None]
    overridden_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[Moment | None]
    synced_at: Mapped[Moment | None]
    told_waiting: Mapped[int] = mapped_column(default=0)
    told_made: Mapped[int] = mapped_column(default=0)
    closing_seq: Mapped[int | None]
    closed_at: Mapped[Moment | None]

    __table_args__ = (UniqueConstraint("round_id", "name"),)


class ItemState(StrEnum):
    """What became of an item that a kiosk sent; `duplicate` came with a code that was used already."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


class KioskItem(Base):
    """One item as a kiosk sent it, under its envelope's random id.

    `kept` holds it while it is quarantined. Then one officer asks for it to be let in or not (`asked_to_accept`), with
    a reason, and another confirms.
    """

    __tablename__ = "kiosk_item"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), index=True)
    state: Mapped[ItemState] = mapped_column(one_of(ItemState, "state"))
    reason: Mapped[str] = mapped_column(String(40), default="")
    kept: Mapped[Json | None]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_to_accept: Mapped[bool | None]
    asked_reason: Mapped[str] = mapped_column(Text, default="")
