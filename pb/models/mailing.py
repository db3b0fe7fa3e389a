"""The mailing list: people who asked for news. No row says whether they voted, and none leads to the roll or a code."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import JsonList, RoundId


class MailingEntry(Base):
    """One address on the list of a round, sealed under the field key; gone when it is taken off or the list ends.

    Only addresses that were confirmed are here. The id is random and the table has no other order, so that nothing
    tells when a row came. `leave_tag` is the hash of the word in the link with which the person leaves the list.
    """

    __tablename__ = "mailing_entry"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    round_id: Mapped[RoundId]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    leave_tag: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    language: Mapped[str] = mapped_column(String(8))
    topics: Mapped[JsonList] = mapped_column(default=list)
