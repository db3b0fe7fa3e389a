"""Key holders of a round and the wrapped copies of its key."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, Key, Moment, RoundId


class KeyHolder(Base):
    """Somebody appointed to hold a key of a round; `holder_key` is theirs alone, wrapped under their passphrase."""

    __tablename__ = "key_holder"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    account_id: Mapped[AccountId]
    holder_key: Mapped[Json | None]
    ready_at: Mapped[Moment | None]

    __table_args__ = (UniqueConstraint("round_id", "account_id"),)


class WrappedKey(Base):
    """The round's private key, sealed so that exactly this pair of holders can open it together."""

    __tablename__ = "wrapped_key"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    first_holder_id: Mapped[int] = mapped_column(ForeignKey("key_holder.id"))
    second_holder_id: Mapped[int] = mapped_column(ForeignKey("key_holder.id"))
    copy: Mapped[Json]

    __table_args__ = (UniqueConstraint("round_id", "first_holder_id", "second_holder_id"),)


class OpeningApproval(Base):
    """An officer's approval to open the box of a round in simple mode."""

    __tablename__ = "opening_approval"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    approved_at: Mapped[Moment]


class Rehearsal(Base):
    """A sealed test ballot that was opened after the lock: by a pair of holders, or in simple mode by the key's file.

    The numbers of the pair are in rising order, and 0 in simple mode, so that each way is kept once.
    """

    __tablename__ = "rehearsal"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    first_holder: Mapped[int] = mapped_column(primary_key=True)
    second_holder: Mapped[int] = mapped_column(primary_key=True)
    opened_at: Mapped[Moment]
    opened_by: Mapped[AccountId]


class ScrutineerKey(Base):
    """The key of somebody of scrutiny, the private half wrapped under their passphrase: files are sealed to it."""

    __tablename__ = "scrutineer_key"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    holder_key: Mapped[Json]
    made_at: Mapped[Moment]
