"""Publications: the frozen public record of a round."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, Key, Moment, RoundId


class Publication(Base):
    """Frozen JSON with its digest; a correction is a new publication with its reason."""

    __tablename__ = "publication"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    number: Mapped[int]
    content: Mapped[Json]
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    released_by: Mapped[AccountId]
    released_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("round_id", "number"),)


class Package(Base):
    """The public package of a publication, made once; `sha256` is its manifest's, the fingerprint for the minutes."""

    __tablename__ = "package"

    id: Mapped[Key]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    made_at: Mapped[Moment]


class SealedBallots(Base):
    """Every ballot of a publication, sealed to one scrutineer's key, where the package may not show them all."""

    __tablename__ = "sealed_ballots"

    id: Mapped[Key]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    account_id: Mapped[AccountId]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("publication_id", "account_id"),)


class PackagePart(Base):
    """A piece of a package's zip file, in order: kept beside what it is of, so that a backup holds both or neither."""

    __tablename__ = "package_part"

    package_id: Mapped[int] = mapped_column(ForeignKey("package.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
