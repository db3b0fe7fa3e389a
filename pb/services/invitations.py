"""An administrator adds somebody, who then chooses a password by a link."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from pb.core.actors import Actor, Role
from pb.core.errors import NotAllowed
from pb.core.permissions import may_manage_accounts
from pb.core.words import N_
from pb.models.accounts import Account, LinkPurpose
from pb.services.accounts import account_of, add_account
from pb.services.ledger import record
from pb.services.links import link_url, make_link
from pb.services.outbox import queue_message
from pb.services.transactions import transaction

LASTS = timedelta(days=7)


def invite(
    *, by: Actor, name: str, email: str, roles: Collection[Role], areas: Collection[int] = (), language: str = "en_GB"
) -> Account:
    """Add an account and e-mail its owner a link to choose a password. Refuses as `add_account` does."""
    with transaction():
        account = add_account(by=by, name=name, email=email, roles=roles, areas=areas, language=language)
        send_invitation(account.id, by=by)
    return account


def send_invitation(account_id: int, *, by: Actor) -> None:
    """E-mail somebody who was added a new link to choose a password. Refuses who is no administrator."""
    with transaction():
        link = invitation_link(account_id, by=by)
        account = account_of(account_id)
        queue_message("invitation", account.email, language=account.language, name=account.name, link=link)


def invitation_link(account_id: int, *, by: Actor) -> str:
    """The address at which somebody who was added chooses a password, once, within a week.

    Refuses who is no administrator, and `has_password`: who has chosen one asks for a link themselves, so that no
    administrator can step into another's account.
    """
    if not may_manage_accounts(by):
        raise NotAllowed("not_administrator", N_("Only an administrator can do this."))
    with transaction():
        account = account_of(account_id)
        if account.password_hash is not None:
            raise NotAllowed("has_password", N_("This person has chosen a password already."))
        secret = make_link(account_id, LinkPurpose.PASSWORD, LASTS)
        record("password_link_sent", by, subject=f"account:{account_id}")
    return link_url("choose-password", secret)
