"""Accounts: people who sign in, their roles, second factors and sessions."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb.core.actors import Role
from pb.extensions import Base
from pb.models.types import Key, Moment, one_of


class Account(Base):
    """A person who signs in. Residents who vote need none.

    `confirmed_at` is when the person proved that the e-mail address is theirs, or an administrator vouched for it;
    nobody signs in before. `totp_secret` is sealed under the field key.
    """

    __tablename__ = "account"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="en_GB")
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[Moment | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[Moment]
    confirmed_at: Mapped[Moment | None]

    roles: Mapped[list[AccountRole]] = relationship(back_populates="account", cascade="all, delete-orphan")
    areas: Mapped[list[AccountArea]] = relationship(cascade="all, delete-orphan")


class AccountRole(Base):
    """One role of an account."""

    __tablename__ = "account_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(one_of(Role, "role"), primary_key=True)

    account: Mapped[Account] = relationship(back_populates="roles")


class AccountArea(Base):
    """An area that a member speaks for."""

    __tablename__ = "account_area"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)


class RecoveryCode(Base):
    """A code that stands in once for the second factor; only its hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[Moment | None]

    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)


class StaffSession(Base):
    """One sign-in on one device; only the hash of its secret is kept, and it can be ended from the server."""

    __tablename__ = "staff_session"

    id: Mapped[Key]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    second_factor_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    device: Mapped[str] = mapped_column(String(60), default="")


class LinkPurpose(StrEnum):
    """What a link in an e-mail is for."""

    PASSWORD = "password"  # noqa: S105 - a word, not a password
    CONFIRM = "confirm"


class AccountLink(Base):
    """A link in an e-mail to choose a password or to confirm the address, used once; only its hash is kept."""

    __tablename__ = "account_link"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(one_of(LinkPurpose, "purpose"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class Failure(Base):
    """Failures counted in a window of time, under a keyed hash of an address or an account."""

    __tablename__ = "failure"

    id: Mapped[Key]
    tag: Mapped[bytes] = mapped_column(LargeBinary)
    window_at: Mapped[Moment]
    count: Mapped[int]

    __table_args__ = (UniqueConstraint("tag", "window_at"), Index("ix_failure_window_at", "window_at"))
