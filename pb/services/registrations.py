"""Groups register themselves: an account that works once its e-mail address is confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import ANYONE, Role
from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import present
from pb.models.accounts import Account, AccountRole, LinkPurpose
from pb.services.accounts import account_of, actor_of, find_by_email, must_be_email, plain_email
from pb.services.failures import Limit, failure_tag, take_try
from pb.services.ledger import record
from pb.services.links import drop_links, link_url, make_link, owner_of_link, use_link
from pb.services.outbox import queue_errand, queue_message
from pb.services.password_resets import must_not_ask_too_often
from pb.services.passwords import hash_password, must_be_good, password_matches
from pb.services.sessions import start_session
from pb.services.transactions import transaction

LASTS = timedelta(days=3)


def register(*, name: str, email: str, password: str, language: str, address: str) -> None:
    """Take a registration; whether the address is known is looked up afterwards, and only an e-mail tells.

    Refuses `email_shape`, a weak password and `too_many_tries`.
    """
    must_be_email(email)
    must_be_good(password, name=name, email=email)
    kept = hash_password(password)
    with transaction():
        must_not_ask_too_often(email, address)
        queue_errand("registration", name=name, email=plain_email(email), password_hash=kept, language=language)


def settle_registration(asked: dict[str, Any]) -> None:
    """Settle the errand: a new account and a link to confirm it, or word to the owner that there is one already.

    Who registers again before confirming gets the newer name and password: the older may have been a stranger's.
    """
    with transaction() as session:
        _forget_unconfirmed(session)
        account = find_by_email(asked["email"])
        if account is not None and (account.confirmed_at is not None or not account.active):
            _tell_owner(account)
            return
        if account is None:
            account = Account(email=asked["email"], roles=[AccountRole(role=Role.GROUP_CONTACT)])
            session.add(account)
        account.name, account.password_hash, account.language = asked["name"], asked["password_hash"], asked["language"]
        account.created_at = present.now()
        session.flush()
        _ask_to_confirm(account)
        record("account_registered", ANYONE, subject=f"account:{account.id}")


def _tell_owner(account: Account) -> None:
    link = f"{present.settings.public_url}/account/forgotten-password"
    queue_message("registered_already", account.email, language=account.language, name=account.name, link=link)


def _ask_to_confirm(account: Account) -> None:
    link = link_url("confirm-address", make_link(account.id, LinkPurpose.CONFIRM, LASTS))
    queue_message("confirm_address", account.email, language=account.language, name=account.name, link=link)


def _forget_unconfirmed(session: Session) -> None:
    """Take out registrations whose link has run out: nobody proved that they wanted one."""
    long_ago = present.now() - LASTS
    for stale in session.scalars(select(Account).where(Account.confirmed_at.is_(None), Account.created_at < long_ago)):
        drop_links(stale.id, *LinkPurpose)
        session.delete(stale)


def confirm_address(secret: str, password: str, *, device: str = "") -> str:
    """Confirm an address and open a session; gives the session's secret.

    The password of the registration is asked, so that a stranger's registration is not confirmed by the owner of
    the mailbox unawares. Refuses `link_spent`, `wrong_password` and `too_many_tries`.
    """
    account = owner_of_link(secret, LinkPurpose.CONFIRM)
    tag = failure_tag("confirm", str(account.id))
    take_try(Limit(tag, present.settings.sign_in_failures))
    if not password_matches(account.password_hash, password):
        raise Refusal(
            "wrong_password", N_("This is not the password that you registered with."), field="password", status=422
        )
    with transaction():
        use_link(secret, LinkPurpose.CONFIRM)
        account = account_of(account.id)
        account.confirmed_at = present.now()
        record("account_confirmed", actor_of(account), subject=f"account:{account.id}")
        return start_session(account.id, device=device)
