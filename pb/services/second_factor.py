"""The second factor: figures from a person's phone, codes that stand in for it, and being asked for it again."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pyotp
import structlog
from cryptography.exceptions import InvalidTag
from sqlalchemy import CursorResult, delete, func, or_, select, update

from pb.core.actors import Actor
from pb.core.errors import NotAllowed, Refusal
from pb.core.permissions import may_manage_accounts
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.accounts import Account, RecoveryCode
from pb.services.accounts import account_of, actor_of
from pb.services.failures import Limit, failure_tag, forget_failures, take_try
from pb.services.ledger import record
from pb.services.outbox import queue_message
from pb.services.sealed_fields import open_field, seal_field
from pb.services.sessions import end_sessions, renew_session
from pb.services.transactions import transaction

log = structlog.get_logger()

STEP_SECONDS = 30
#: A phone's clock may be one step early or late.
DRIFT = 1
RECOVERY_CODES = 10
RECOVERY_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
RECOVERY_LENGTH = 10


def new_offer(account_id: int) -> str:
    """A fresh secret, sealed, for the page that sets a second factor up: nothing is kept until it is confirmed."""
    return urlsafe_b64encode(seal_field(f"totp-offer:{account_id}", {"secret": pyotp.random_base32()})).decode()


def offered_secret(account_id: int, offer: str) -> str:
    """The secret of an offer, in base 32. Refuses `stale_page` where it is not this account's."""
    try:
        return str(open_field(f"totp-offer:{account_id}", urlsafe_b64decode(offer.encode()))["secret"])
    except (ValueError, InvalidTag):
        raise Refusal("stale_page", N_("This page is out of date. Start again.")) from None


def offer_uri(account: Account, secret: str) -> str:
    """The otpauth address of a secret, which the QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(
        name=account.email, issuer_name=f"You Decide {present.settings.council_name}"
    )


def set_up(account_id: int, session_id: int, offer: str, figures: str) -> tuple[str, list[str]]:
    """Keep an offered secret once its figures prove that the phone has it.

    Gives the session's new secret and the recovery codes, which are shown once. Refuses `second_factor_there`
    where one is set already, `wrong_figures`, `too_many_tries`, `stale_page`.
    """
    secret = offered_secret(account_id, offer)
    tag = failure_tag("second-factor", str(account_id))
    take_try(Limit(tag, present.settings.sign_in_failures))
    step = _matching_step(secret, figures)
    if step is None:
        raise _wrong(account_id)
    with transaction():
        forget_failures(tag)
        account = account_of(account_id)
        if account.totp_confirmed_at is not None:
            raise Refusal("second_factor_there", N_("A second step is set up for this account already."))
        now = present.now()
        account.totp_secret = seal_field(f"totp:{account_id}", {"secret": secret})
        account.totp_confirmed_at, account.totp_last_step = now, step
        record("second_factor_set", actor_of(account), subject=f"account:{account_id}")
        codes = _fresh_codes(account_id)
        return renew_session(session_id, second_factor_at=now), codes


def show(account_id: int, session_id: int, figures: str) -> str:
    """Take the figures of the second factor, or a recovery code; gives the session's new secret.

    Refuses `wrong_figures` (also for figures used before) and `too_many_tries`.
    """
    tag = failure_tag("second-factor", str(account_id))
    take_try(Limit(tag, present.settings.sign_in_failures))
    with transaction():
        account = account_of(account_id)
        if _take_figures(account, figures) or _take_recovery_code(account, figures):
            forget_failures(tag)
            record("second_factor_shown", actor_of(account), subject=f"account:{account_id}")
            return renew_session(session_id, second_factor_at=present.now())
    raise _wrong(account_id)


def _wrong(account_id: int) -> Refusal:
    log.warning("second_factor_refused", account=account_id)
    return Refusal(
        "wrong_figures",
        N_("Those figures are not right, or have been used. Wait for the next ones on your phone and try again."),
        field="figures",
        status=422,
    )


def _matching_step(secret: str, figures: str) -> int | None:
    """The time step that these figures belong to, if it is near now."""
    typed = re.sub(r"\s", "", figures)
    totp, now = pyotp.TOTP(secret), int(present.now().timestamp()) // STEP_SECONDS
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            found = step
    return found


def _take_figures(account: Account, figures: str) -> bool:
    """Whether the figures are right and of a step later than any used before."""
    if account.totp_secret is None:
        return False
    step = _matching_step(str(open_field(f"totp:{account.id}", account.totp_secret)["secret"]), figures)
    if step is None:
        return False
    later = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
    taken: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(Account).where(Account.id == account.id, later).values(totp_last_step=step)
    )
    return taken.rowcount == 1


def _code_hash(account_id: int, code: str) -> bytes:
    plain = re.sub(r"[\s-]", "", code).lower()
    return hmac.digest(present.secrets.field_key, f"recovery|{account_id}|{plain}".encode(), "sha256")


def _take_recovery_code(account: Account, code: str) -> bool:
    """Whether this is an unused recovery code; it is used from now on."""
    taken: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(RecoveryCode)
        .where(RecoveryCode.account_id == account.id, RecoveryCode.code_hash == _code_hash(account.id, code))
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=present.now())
    )
    if taken.rowcount != 1:
        return False
    left = recovery_codes_left(account.id)
    record("recovery_code_used", actor_of(account), subject=f"account:{account.id}", left=left)
    return True


def recovery_codes_left(account_id: int) -> int:
    """How many recovery codes have not been used."""
    unused = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused.select_from(RecoveryCode)) or 0


def new_recovery_codes(*, by: Actor) -> list[str]:
    """Replace the person's recovery codes; the new ones are shown once.

    Refuses `step_up_needed` unless the second factor was shown a short while ago.
    """
    if not by.stepped_up or by.account_id is None:
        raise NotAllowed("step_up_needed", N_("Show your second factor again first."))
    with transaction():
        return _fresh_codes(by.account_id)


def _fresh_codes(account_id: int) -> list[str]:
    """New recovery codes in place of all earlier ones, inside the caller's transaction; written in halves."""
    codes = ["".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    half = RECOVERY_LENGTH // 2
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    db.session.add_all([RecoveryCode(account_id=account_id, code_hash=_code_hash(account_id, code)) for code in codes])
    record(
        "recovery_codes_made", actor_of(account_of(account_id)), subject=f"account:{account_id}", count=RECOVERY_CODES
    )
    return [f"{code[:half]}-{code[half:]}" for code in codes]


def reset_second_factor(account_id: int, *, by: Actor) -> None:
    """Take a lost second factor away, so that the person sets up a new one; ends all their sessions.

    Refuses who is no administrator, and `own_second_factor`: for their own, they ask another administrator.
    """
    if not may_manage_accounts(by):
        raise NotAllowed("not_administrator", N_("Only an administrator can do this."))
    if account_id == by.account_id:
        raise NotAllowed("own_second_factor", N_("Ask another administrator to reset your second factor."))
    with transaction() as session:
        account = account_of(account_id)
        account.totp_secret = account.totp_confirmed_at = account.totp_last_step = None
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        end_sessions(account_id, by=by)
        queue_message("second_factor_reset", account.email, language=account.language, name=account.name)
        record("second_factor_reset", by, subject=f"account:{account_id}")
