"""What scrutineers are told at once, so that it lies outside the service: a box's root, a result's fingerprint."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from pb.core.actors import Role
from pb.core.canonical import words
from pb.extensions import db, present
from pb.models.accounts import Account, AccountRole
from pb.models.publications import Package
from pb.models.rounds import Round
from pb.services.outbox import queue_message


def tell_sealed_root(the_round: Round, sealed_root: str, envelopes: int) -> None:
    """Queue a letter with the root over the frozen box to every scrutineer, inside the caller's transaction."""
    _tell(the_round, "box_root", sealed_root, f"/rounds/{the_round.slug}/receipts", envelopes=envelopes)


def tell_fingerprint(the_round: Round, package: Package, number: int) -> None:
    """Queue a letter with the fingerprint of a result to every scrutineer, inside the caller's transaction.

    It is queued before the package can be downloaded, since both are kept by the one transaction of the release.
    """
    _tell(the_round, "result_anchor", package.sha256, f"/rounds/{the_round.slug}/result/check", number=number)


def _tell(the_round: Round, kind: str, sha256: str, page: str, **said: Any) -> None:
    if the_round.practice:
        return
    mine = Account.roles.any(AccountRole.role == Role.SCRUTINY)
    for account in db.session.scalars(select(Account).where(Account.active, mine).order_by(Account.id)):
        queue_message(
            kind, account.email, language=account.language, name=account.name, round=the_round.title,
            words=words(sha256), sha256=sha256, link=f"{present.settings.public_url}{page}", **said,
        )  # fmt: skip
