"""Choosing a password: by a link that was e-mailed, or anew by somebody who is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog

from pb.core.actors import SYSTEM, Actor
from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import present
from pb.models.accounts import Account, LinkPurpose
from pb.services.accounts import account_of, actor_of, find_by_email, must_be_email, plain_email
from pb.services.failures import Limit, failure_tag, failures_of, forget_failures, take_back_failure, take_try
from pb.services.ledger import record
from pb.services.links import drop_links, link_url, make_link, owner_of_link, use_link
from pb.services.outbox import queue_errand, queue_message
from pb.services.passwords import hash_password, must_be_good, password_matches
from pb.services.sessions import end_sessions
from pb.services.transactions import transaction

log = structlog.get_logger()

LASTS = timedelta(hours=1)
#: Links that one address book entry, or one network address, may ask for in an hour.
MOST_LINKS = 5
MOST_LINKS_FROM_ONE_ADDRESS = 50
ASK_MINUTES = 60


def must_not_ask_too_often(email: str, address: str) -> None:
    """Count an asking for a link; refuse (`too_many_tries`) where a mailbox would be flooded.

    Known and unknown addresses are counted alike. Side effect: a warning in the log where this was the last from one
    network address.
    """
    tags = [failure_tag("link", plain_email(email)), failure_tag("links-from", address)]
    take_try(Limit(tags[0], MOST_LINKS, ASK_MINUTES), Limit(tags[1], MOST_LINKS_FROM_ONE_ADDRESS, ASK_MINUTES))
    if failures_of(tags[1], ASK_MINUTES) == MOST_LINKS_FROM_ONE_ADDRESS:
        log.warning("many_links_asked", minutes=ASK_MINUTES)


def ask_for_password_link(email: str, *, address: str) -> None:
    """Take note that somebody forgot a password; whether the address is known is looked up afterwards.

    So the answer is the same, and takes the same time, for every address. Refuses `email_shape` and `too_many_tries`.
    """
    must_be_email(email)
    with transaction():
        must_not_ask_too_often(email, address)
        queue_errand("password_link_asked", email=plain_email(email))


def send_password_link(asked: dict[str, Any]) -> None:
    """Settle the errand: send a link that works once for an hour, if an active account has this address."""
    account = find_by_email(asked["email"])
    if account is None or not account.active:
        return
    with transaction():
        secret = make_link(account.id, LinkPurpose.PASSWORD, LASTS)
        queue_message(
            "password_link",
            account.email,
            language=account.language,
            name=account.name,
            link=link_url("choose-password", secret),
        )
        record("password_link_sent", SYSTEM, subject=f"account:{account.id}")


def choose_password(secret: str, password: str) -> None:
    """Set the password of whoever the link was sent to. It ends every session and proves the e-mail address.

    Refuses `link_spent` and a password that is too weak. Side effect: an e-mail tells the owner.
    """
    account = owner_of_link(secret, LinkPurpose.PASSWORD)
    must_be_good(password, name=account.name, email=account.email)
    kept, account_id = hash_password(password), account.id
    with transaction():
        use_link(secret, LinkPurpose.PASSWORD)
        account = account_of(account_id)
        account.confirmed_at = account.confirmed_at or present.now()
        _keep(account, kept)
        end_sessions(account_id, by=actor_of(account))


def change_password(current: str, password: str, *, by: Actor, session_id: int) -> None:
    """Set a new password for somebody who is signed in and knows the one so far; ends their other sessions.

    Refuses `wrong_password` (counted; `too_many_tries`) and a password that is too weak.
    """
    account = account_of(by.account_id)
    tag = failure_tag("account", account.email)
    take_try(Limit(tag, present.settings.sign_in_failures))
    if not password_matches(account.password_hash, current):
        raise Refusal("wrong_password", N_("This is not your password."), field="current", status=422)
    take_back_failure(tag)
    must_be_good(password, name=account.name, email=account.email)
    kept = hash_password(password)
    with transaction():
        account = account_of(by.account_id)
        _keep(account, kept)
        end_sessions(account.id, by=by, but=session_id)


def _keep(account: Account, kept: str) -> None:
    """What both ways have in common, inside the caller's transaction."""
    if account.password_hash is not None:
        queue_message("password_changed", account.email, language=account.language, name=account.name)
    account.password_hash = kept
    drop_links(account.id, LinkPurpose.CONFIRM)
    forget_failures(failure_tag("account", account.email))
    record("password_set", actor_of(account), subject=f"account:{account.id}")
