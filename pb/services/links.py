"""Links in e-mails: a secret of 256 bits that works once, for a while; only its hash is kept."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update

from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.accounts import Account, AccountLink, LinkPurpose
from pb.services.sessions import secret_hash
from pb.services.transactions import transaction

SECRET_BYTES = 32


def make_link(account_id: int, purpose: LinkPurpose, lasts: timedelta) -> str:
    """A new secret for a link, inside the caller's transaction; earlier ones for the same purpose stop working."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction() as session:
        drop_links(account_id, purpose)
        session.add(
            AccountLink(
                account_id=account_id,
                purpose=purpose,
                secret_hash=secret_hash(secret),
                expires_at=present.now() + lasts,
            )
        )
    return secret


def drop_links(account_id: int, *purposes: LinkPurpose) -> None:
    """Make an account's links for these purposes worthless, inside the caller's transaction."""
    with transaction() as session:
        session.execute(
            delete(AccountLink).where(AccountLink.account_id == account_id, AccountLink.purpose.in_(purposes))
        )


def owner_of_link(secret: str, purpose: LinkPurpose) -> Account:
    """Whose link this is. Refuses `link_spent` when it was used, is too old or never was."""
    account = db.session.scalar(
        select(Account)
        .join(AccountLink, AccountLink.account_id == Account.id)
        .where(
            AccountLink.secret_hash == secret_hash(secret),
            AccountLink.purpose == purpose,
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > present.now(),
            Account.active,
        )
    )
    if account is None:
        raise _spent()
    return account


def use_link(secret: str, purpose: LinkPurpose) -> None:
    """Use a link up, inside the caller's transaction. Refuses `link_spent` as `owner_of_link` does."""
    with transaction() as session:
        used: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            update(AccountLink)
            .where(AccountLink.secret_hash == secret_hash(secret), AccountLink.purpose == purpose)
            .where(AccountLink.used_at.is_(None), AccountLink.expires_at > present.now())
            .values(used_at=present.now())
        )
        if used.rowcount != 1:
            raise _spent()


def _spent() -> Refusal:
    return Refusal("link_spent", N_("This link has been used or is out of date. Ask for a new one."))


def link_url(path: str, secret: str) -> str:
    """The full address of a link, from the configured public address and never from a request."""
    return f"{present.settings.public_url}/account/{path}/{secret}"
