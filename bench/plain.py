"""The plain way to keep a vote: mapped rows, one for each choice, the library's own defaults, nothing sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import ForeignKey, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from pb.services.database import sqlite_driver


class Base(DeclarativeBase):
    """Tables of the plain way."""


class Code(Base):
    """A code in clear."""

    __tablename__ = "code"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(20), unique=True)
    used_at: Mapped[datetime | None]


class Vote(Base):
    """A vote with its choices as rows."""

    __tablename__ = "vote"
    id: Mapped[int] = mapped_column(primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("code.id"), unique=True)
    at: Mapped[datetime]
    choices: Mapped[list[Choice]] = relationship()


class Choice(Base):
    """One chosen project."""

    __tablename__ = "choice"
    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"))
    project: Mapped[str] = mapped_column(String(20))


class PlainBox:
    """A database of plain votes with the driver's waiting only."""

    def __init__(self, folder: Path, codes: Sequence[str] = ()) -> None:
        self.engine = create_engine(
            f"sqlite:///{folder / 'plain.sqlite3'}", module=sqlite_driver(), connect_args={"timeout": 30}
        )
        Base.metadata.create_all(self.engine)
        with Session(self.engine) as session:
            session.add_all(Code(text=code) for code in codes)
            session.commit()

    def cast(self, code: str, projects: Sequence[str], at: datetime) -> None:
        """Keep one vote."""
        with Session(self.engine) as session:
            found = session.scalars(select(Code).where(Code.text == code)).one()
            if found.used_at is not None:
                raise ValueError(code)
            found.used_at = at
            session.add(Vote(code_id=found.id, at=at, choices=[Choice(project=one) for one in projects]))
            session.commit()
