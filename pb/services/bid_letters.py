"""What groups are told by e-mail about their bids."""

from __future__ import annotations

from sqlalchemy import select

from pb.core.clock import in_london
from pb.extensions import db, present
from pb.models.accounts import Account
from pb.models.bids import Bid
from pb.models.organisations import OrganisationContact
from pb.services.outbox import queue_message


def tell_group(bid: Bid, kind: str, *, reason: str = "", **more: str) -> None:
    """Queue a letter of `kind` to everybody who acts for the bid's group, inside the caller's transaction.

    `more` fills places of its own in the letter.
    """
    contacts = (
        select(Account)
        .join(OrganisationContact, OrganisationContact.account_id == Account.id)
        .where(OrganisationContact.organisation_id == bid.organisation_id, Account.active)
    )
    for account in db.session.scalars(contacts.order_by(Account.id)):
        queue_message(
            kind,
            account.email,
            language=account.language,
            name=account.name,
            title=bid.title,
            reference=bid.reference,
            round=bid.round.title,
            sent=in_london(bid.submitted_at or present.now()),
            link=f"{present.settings.public_url}/groups/bids/{bid.reference}",
            reason=reason,
            **more,
        )
