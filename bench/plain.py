"""The plain way to keep a vote: mapped rows, one for each choice, the library's own defaults, nothing sealed."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ForeignKey, LargeBinary, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from pb.services.database import sqlite_driver

PROJECTS, MOST = 20, 5


class Base(DeclarativeBase):
    """Tables of the plain way."""


class Round(Base):
    """The one round."""

    __tablename__ = "round"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    most: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class Project(Base):
    """One that may be chosen; its cost in pence."""

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    cost: Mapped[int]


class Code(Base):
    """A code, as its keyed hash."""

    __tablename__ = "code"
    id: Mapped[int] = mapped_column(primary_key=True)
    hashed: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    used_at: Mapped[datetime | None]


class Vote(Base):
    """A vote with its choices as rows."""

    __tablename__ = "vote"
    id: Mapped[int] = mapped_column(primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("code.id"), unique=True)
    at: Mapped[datetime]
    receipt: Mapped[str] = mapped_column(String(16), unique=True)
    choices: Mapped[list[Choice]] = relationship()


class Choice(Base):
    """One chosen project."""

    __tablename__ = "choice"
    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))


class PlainBox:
    """A database of plain votes with the driver's waiting only; `key` is what codes are hashed under."""

    def __init__(self, folder: Path, key: bytes, codes: Sequence[str] = ()) -> None:
        self.key = key
        path = folder / "plain.sqlite3"
        there = path.exists()
        self.engine = create_engine(f"sqlite:///{path}", module=sqlite_driver(), connect_args={"timeout": 30})
        if not there:
            self._fill(codes)

    def _fill(self, codes: Sequence[str]) -> None:
        Base.metadata.create_all(self.engine)
        with Session(self.engine) as session:
            opens, closes = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
            session.add(Round(title="A round to be timed", most=MOST, opens_at=opens, closes_at=closes))
            titles = ((number, f"Project {number}") for number in range(1, PROJECTS + 1))
            session.add_all(Project(id=number, title=title, cost=100_000 + 10_000 * number) for number, title in titles)
            session.add_all(Code(hashed=self.hashed(code)) for code in codes)
            session.commit()

    def hashed(self, code: str) -> bytes:
        """A code as it is kept."""
        return hmac.digest(self.key, code.encode(), "sha256")

    def cast(self, code: str, projects: Sequence[int], at: datetime) -> str:
        """Keep one vote; gives its receipt. ValueError for a wrong or used code and for choices that cannot be."""
        with Session(self.engine) as session:
            the_round = session.scalars(select(Round)).one()
            if not the_round.opens_at <= at.replace(tzinfo=None) < the_round.closes_at:
                raise ValueError("voting is not open")
            found = session.scalars(select(Code).where(Code.hashed == self.hashed(code))).one_or_none()
            if found is None or found.used_at is not None:
                raise ValueError("no such code, or used")
            chosen = session.scalars(select(Project).where(Project.id.in_(projects))).all()
            if not chosen or len(chosen) != len(projects) or len(chosen) > the_round.most:
                raise ValueError("not to be chosen so")
            found.used_at = at
            choices = [Choice(project_id=project.id) for project in chosen]
            vote = Vote(code_id=found.id, at=at, receipt=secrets.token_hex(8).upper(), choices=choices)
            session.add(vote)
            session.commit()
            return vote.receipt
