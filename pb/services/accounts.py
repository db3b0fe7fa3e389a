"""Accounts: adding people, their roles and areas, and finding them."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from pb.core.actors import SECOND_FACTOR_ROLES, Actor, Role
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.permissions import may_manage_accounts
from pb.core.roll import same_mailbox
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.accounts import Account, AccountArea, AccountRole
from pb.models.areas import Area
from pb.models.organisations import OrganisationContact
from pb.services.ledger import record
from pb.services.pages import Page, page_of
from pb.services.passwords import hash_password, must_be_good
from pb.services.sessions import end_sessions
from pb.services.transactions import transaction

#: One mailbox, written as mail servers everywhere take it; no list, no name, no comment.
ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+")
LONGEST_ADDRESS = 254


def plain_email(email: str) -> str:
    """An e-mail address as accounts are kept under it: no blanks, no capitals."""
    return "".join(email.split()).casefold()


def must_be_email(email: str) -> None:
    """Refuse (`email_shape`) what is not one e-mail address."""
    if len(email) > LONGEST_ADDRESS or not ADDRESS.fullmatch(plain_email(email)):
        raise Refusal(
            "email_shape",
            N_("Enter an e-mail address in the right form, like name@example.org"),
            field="email",
            status=422,
        )


def add_account(
    *,
    by: Actor,
    name: str,
    email: str,
    roles: Collection[Role],
    areas: Collection[int] = (),
    password: str = "",
    language: str = "en_GB",
) -> Account:
    """Add an account whose address the administrator vouches for; without a password it waits for its link.

    Refuses who is no administrator, `email_shape`, `email_taken`, `own_mailbox`, `no_role`, a weak password, an area
    not there.
    """
    _must_manage(by)
    must_be_email(email)
    email = plain_email(email)
    _refuse_own_mailbox(email, by)
    if password:
        must_be_good(password, name=name, email=email)
    kept = hash_password(password) if password else None
    with transaction() as session:
        _must_be_free(session, email)
        now = present.now()
        account = Account(
            email=email, name=name, password_hash=kept, language=language, created_at=now, confirmed_at=now
        )
        session.add(account)
        _set_roles(account, roles)
        _set_areas(session, account, areas)
        session.flush()
        record("account_added", by, subject=f"account:{account.id}", roles=sorted(roles))
    return account


def change_account(
    account_id: int, *, by: Actor, name: str, roles: Collection[Role], areas: Collection[int]
) -> Account:
    """Change an account's name, roles and areas.

    Refuses who is no administrator, `own_administrator` (nobody takes the role from themselves), `own_roles` (nor
    gives themselves a role or an area: four eyes would be two), `no_role`, an account or area that is not there.
    """
    _must_manage(by)
    with transaction() as session:
        account = account_of(account_id)
        if account_id == by.account_id and Role.ADMINISTRATOR not in roles:
            raise _own_administrator()
        if account_id == by.account_id:
            _refuse_own_gain(account, roles, areas)
        account.name = name
        _set_roles(account, roles)
        _set_areas(session, account, areas)
        record("account_changed", by, subject=f"account:{account_id}", roles=sorted(roles), active=account.active)
    return account


def set_active(account_id: int, active: bool, *, by: Actor) -> None:
    """Stop somebody from signing in, which ends their sessions at once, or let them sign in again.

    Refuses who is no administrator, `own_administrator`, an account that is not there.
    """
    _must_manage(by)
    with transaction():
        account = account_of(account_id)
        if account_id == by.account_id:
            raise _own_administrator()
        account.active = active
        if not active:
            end_sessions(account_id, by=by)
        record("account_changed", by, subject=f"account:{account_id}", active=active)


def sign_out_everywhere(account_id: int, *, by: Actor) -> int:
    """End every session of somebody; gives how many. Refuses who is no administrator, an account not there."""
    _must_manage(by)
    return end_sessions(account_of(account_id).id, by=by)


def _own_administrator() -> Refusal:
    return Refusal(
        "own_administrator",
        N_("You cannot take the administrator role from yourself: ask another administrator."),
        field="roles",
    )


def _refuse_own_gain(account: Account, roles: Collection[Role], areas: Collection[int]) -> None:
    held, held_areas = {each.role for each in account.roles}, {each.area_id for each in account.areas}
    if set(roles) - held or set(areas) - held_areas:
        sentence = N_("You cannot give yourself a role or an area: ask another administrator.")
        raise Refusal("own_roles", sentence, field="roles")


def _refuse_own_mailbox(email: str, by: Actor) -> None:
    """Nobody is a second person by a second account of their own mailbox (“name+two@example.org”)."""
    if by.account_id is not None and same_mailbox(email, account_of(by.account_id).email):
        sentence = N_("This address leads to your own mailbox. Each person has one account, with all of their roles.")
        raise Refusal("own_mailbox", sentence, field="email", status=422)


def choose_language(language: str, *, by: Actor) -> None:
    """Set the language that the person's e-mails are written in."""
    with transaction():
        account_of(by.account_id).language = language
        record("language_chosen", by, subject=f"account:{by.account_id}", language=language)


def _must_manage(by: Actor) -> None:
    if not may_manage_accounts(by):
        raise NotAllowed("not_administrator", N_("Only an administrator can do this."))


def _must_be_free(session: Session, email: str) -> None:
    if session.scalar(select(Account.id).where(Account.email == email)) is not None:
        raise Refusal(
            "email_taken", N_("There is an account with this e-mail address already."), field="email", status=422
        )


def _set_roles(account: Account, roles: Collection[Role]) -> None:
    if not roles:
        raise Refusal("no_role", N_("Choose at least one role."), field="roles", status=422)
    kept = [held for held in account.roles if held.role in roles]
    new = set(roles) - {held.role for held in kept}
    account.roles = [*kept, *(AccountRole(role=role) for role in sorted(new))]


def _set_areas(session: Session, account: Account, areas: Collection[int]) -> None:
    if len(list(session.scalars(select(Area.id).where(Area.id.in_(areas))))) != len(set(areas)):
        raise Refusal("no_such_area", N_("Choose from the areas that are offered."), field="areas", status=422)
    kept = [held for held in account.areas if held.area_id in areas]
    new = set(areas) - {held.area_id for held in kept}
    account.areas = [*kept, *(AccountArea(area_id=area) for area in sorted(new))]


def account_of(account_id: int | None) -> Account:
    """The account with this number. Refuses NotFound."""
    account = db.session.get(Account, account_id) if account_id is not None else None
    if account is None:
        raise NotFound("no_such_account", N_("There is no such account."))
    return account


def names_of(account_ids: Collection[int | None]) -> dict[int | None, str]:
    """The names of accounts, by id."""
    query = select(Account.id, Account.name).where(Account.id.in_([each for each in account_ids if each is not None]))
    return {row[0]: row[1] for row in db.session.execute(query)}


def find_by_email(email: str) -> Account | None:
    """The account with this e-mail address, however it is typed; None where there is none."""
    return db.session.scalar(select(Account).where(Account.email == plain_email(email)))


def first_officer() -> Account | None:
    """The active engagement officer who was added first; None where there is none yet."""
    query = select(Account).where(Account.active, Account.roles.any(AccountRole.role == Role.OFFICER))
    return db.session.scalar(query.order_by(Account.id).limit(1))


def needs_second_factor(account: Account) -> bool:
    """Whether this person signs in with a second factor: by their roles, or because they have set one up."""
    if present.settings.relax_second_factor:
        return False
    roles = {held.role for held in account.roles}
    return account.totp_confirmed_at is not None or not roles.isdisjoint(SECOND_FACTOR_ROLES)


def actor_of(account: Account, *, stepped_up: bool = False) -> Actor:
    """The person behind an account, with roles, areas and organisations, as somebody who does deeds."""
    contacts = select(OrganisationContact.organisation_id).where(OrganisationContact.account_id == account.id)
    return Actor(
        account_id=account.id,
        name=account.name,
        roles=frozenset(held.role for held in account.roles),
        areas=frozenset(held.area_id for held in account.areas),
        organisations=frozenset(db.session.scalars(contacts)),
        stepped_up=stepped_up,
    )


def accounts_page(number: int, *, by: Actor, words: str = "", role: Role | None = None) -> Page[Account]:
    """A page of the accounts whose name or e-mail address holds `words`, by name. Refuses who is no administrator."""
    _must_manage(by)
    query: Select[Account] = select(Account).options(selectinload(Account.roles))
    for word in words.split():
        query = query.where(
            or_(Account.name.icontains(word, autoescape=True), Account.email.icontains(word, autoescape=True))
        )
    if role is not None:
        query = query.where(Account.roles.any(AccountRole.role == role))
    return page_of(query.order_by(Account.name, Account.id), number)
