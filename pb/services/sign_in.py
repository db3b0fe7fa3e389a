"""Signing in with e-mail address and password."""

from __future__ import annotations

import structlog

from pb.core.actors import Actor
from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import present
from pb.models.accounts import Account
from pb.services.accounts import account_of, actor_of, find_by_email, plain_email
from pb.services.failures import Limit, failure_tag, forget_failures, take_back_failure, take_try
from pb.services.ledger import record
from pb.services.passwords import hash_password, needs_new_hash, password_matches
from pb.services.sessions import start_session
from pb.services.transactions import transaction

log = structlog.get_logger()

#: An office shares one address: it may fail this many times as often as one account.
OFFICE = 5


def sign_in(email: str, password: str, *, address: str, device: str = "") -> str:
    """Open a session for whoever knows the password; gives its secret. The second factor is asked afterwards.

    Refuses `wrong_sign_in` in the same words and time whether the account is unknown, unconfirmed, not active or
    the password wrong; `too_many_tries` (429) after repeated failures of this account or network `address`.
    Side effects: failures are counted and logged by the account's number; a success forgets the account's.
    """
    account, tag = _known(email, password, address)
    return _open(account.id, account.password_hash, password, device, tag)


def vouch(email: str, password: str, *, address: str) -> Actor:
    """Who knows this password, for a deed that takes two people on one device; opens no session.

    Raises what `sign_in` does, and counts failures as it does.
    """
    try:
        account, tag = _known(email, password, address)
    except Refusal as refusal:
        if refusal.code != "wrong_sign_in":
            raise
        sentence = N_("The e-mail address or the password of the second person is not right.")
        raise Refusal("wrong_sign_in", sentence, field="email", status=422) from None
    with transaction():
        forget_failures(tag)
        return actor_of(account_of(account.id))


def _known(email: str, password: str, address: str) -> tuple[Account, bytes]:
    tags = [failure_tag("account", plain_email(email)), failure_tag("address", address)]
    most = present.settings.sign_in_failures
    take_try(Limit(tags[0], most), Limit(tags[1], most * OFFICE))
    account = find_by_email(email)
    right = password_matches(account.password_hash if account else None, password)
    if account is None or not right or not _may_sign_in(account):
        log.warning("sign_in_refused", account=account.id if account else None)
        raise Refusal(
            "wrong_sign_in",
            N_(
                "The e-mail address or the password is not right. If you have just registered, follow the link that "
                "we sent you first."
            ),
            status=422,
        )
    take_back_failure(tags[1])
    return account, tags[0]


def _may_sign_in(account: Account) -> bool:
    return account.active and account.confirmed_at is not None


def _open(account_id: int, kept: str | None, password: str, device: str, tag: bytes) -> str:
    better = hash_password(password) if kept and needs_new_hash(kept) else None
    with transaction():
        account = account_of(account_id)
        if better:
            account.password_hash = better
        forget_failures(tag)
        record("signed_in", actor_of(account), subject=f"account:{account_id}")
        return start_session(account_id, device=device)
