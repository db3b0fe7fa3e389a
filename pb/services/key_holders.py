"""Key holders: three people appointed to a round, each with a passphrase that nobody else knows."""

from __future__ import annotations

import secrets
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor, Role
from pb.core.clock import in_london
from pb.core.errors import NotFound, Refusal
from pb.core.keyholders import HOLDER_RANDOM_BYTES, HOLDERS, HolderKey, make_holder_key, prove
from pb.core.passwords import STANDARD
from pb.core.permissions import may_hold_key
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.accounts import Account, AccountRole
from pb.models.keys import KeyHolder
from pb.models.rounds import KeyMode, Round
from pb.services.ledger import record
from pb.services.outbox import queue_message
from pb.services.round_keys import holders_of
from pb.services.rounds import locked_round, round_to_change
from pb.services.transactions import transaction


def appoint_key_holder(round_id: int, account_id: int, *, by: Actor) -> KeyHolder:
    """Appoint somebody to hold a key of a round, before its ballot is locked; by the officer who runs it.

    Raises NotFound `no_round`, `no_account`; NotAllowed `not_your_round`; Refusal, beside `account`: `locked`,
    `simple_mode`, `key_holders_enough`, `key_holder_owner`, `key_holder_twice`, `key_holder_group`. Event
    `key_holder_appointed`.
    """
    with transaction() as session:
        the_round = _open_round(session, round_id, by)
        holders = holders_of(round_id)
        if len(holders) >= HOLDERS:
            raise _refused("key_holders_enough", N_("Three key holders are appointed. Release one to appoint another."))
        _refuse_account(session, the_round, account_id, holders)
        holder = KeyHolder(round_id=round_id, account_id=account_id)
        session.add(holder)
        session.flush()
        _tell(session.get_one(Account, account_id), the_round)
        record("key_holder_appointed", by, round_id=round_id, subject=f"round:{round_id}", account=account_id)
    return holder


def release_key_holder(round_id: int, holder_id: int, *, by: Actor) -> None:
    """Take an appointment back, before the ballot is locked. What the person chose is forgotten.

    Raises NotFound `no_round`, `no_key_holder`; NotAllowed `not_your_round`; Refusal `locked`. Event
    `key_holder_released`.
    """
    with transaction() as session:
        _open_round(session, round_id, by)
        holder = session.get(KeyHolder, holder_id)
        if holder is None or holder.round_id != round_id:
            raise _no_key_holder()
        record("key_holder_released", by, round_id=round_id, subject=f"round:{round_id}", account=holder.account_id)
        session.delete(holder)


def choose_passphrase(round_id: int, passphrase: str, *, by: Actor) -> None:
    """A key holder chooses their passphrase, or chooses another before the lock; it must be tested before it counts.

    Only the holder's key, wrapped under it, is stored. Raises NotFound `no_key_holder`; Refusal `locked`; Refusals
    `passphrase_weak`. No event: `key_holder_ready` follows the test.
    """
    cost = replace(STANDARD, memory_kib=present.settings.passphrase_memory * 1024)
    key = make_holder_key(str(by.account_id), round_id, passphrase, secrets.token_bytes(HOLDER_RANDOM_BYTES), cost)
    with transaction() as session:
        _refuse_locked(locked_round(session, round_id))
        holder = own_appointment(round_id, by)
        holder.holder_key, holder.ready_at = key.to_json(), None


def rehearse_passphrase(round_id: int, passphrase: str, *, by: Actor) -> None:
    """A key holder types their passphrase as at the opening; the first time that it opens makes them ready.

    Raises NotFound `no_key_holder`; Refusal `passphrase_not_chosen`, `wrong_passphrase`. Event `key_holder_ready`,
    the first time.
    """
    holder = own_appointment(round_id, by)
    if holder.holder_key is None:
        raise Refusal("passphrase_not_chosen", N_("Choose your passphrase first."))
    tested = holder.holder_key
    prove(HolderKey.from_json(tested), passphrase)
    with transaction():
        holder = own_appointment(round_id, by)
        if holder.holder_key != tested:
            raise Refusal("passphrase_changed", N_("You have chosen another passphrase since. Test that one."))
        if holder.ready_at is None:
            holder.ready_at = present.now()
            record("key_holder_ready", by, round_id=round_id, subject=f"round:{round_id}", account=by.account_id)


def own_appointment(round_id: int, by: Actor) -> KeyHolder:
    """The person's own appointment to a round. Raises NotFound `no_key_holder`."""
    query = select(KeyHolder).where(KeyHolder.round_id == round_id, KeyHolder.account_id == by.account_id)
    holder = db.session.scalar(query)
    if holder is None:
        raise _no_key_holder()
    return holder


def appointments_of(by: Actor) -> list[tuple[Round, KeyHolder]]:
    """The rounds whose keys a person holds, the newest first."""
    query = select(Round, KeyHolder).join(KeyHolder, KeyHolder.round_id == Round.id)
    rows = db.session.execute(query.where(KeyHolder.account_id == by.account_id).order_by(Round.id.desc()))
    return [(row[0], row[1]) for row in rows]


def holders_with_accounts(round_id: int) -> list[tuple[KeyHolder, Account]]:
    """The key holders of a round with their accounts, as they were appointed."""
    query = select(KeyHolder, Account).join(Account, KeyHolder.account_id == Account.id)
    rows = db.session.execute(query.where(KeyHolder.round_id == round_id).order_by(KeyHolder.id))
    return [(row[0], row[1]) for row in rows]


def possible_key_holders(the_round: Round) -> list[Account]:
    """The people who may still be appointed to a round, by name."""
    taken = {holder.account_id for holder in holders_of(the_round.id)} | {the_round.owner_id}
    query = select(Account).join(AccountRole).where(Account.active.is_(True), Account.id.not_in(taken))
    found = db.session.scalars(query.order_by(Account.name, Account.id)).unique()
    return [each for each in found if may_hold_key(_roles(each))]


def _tell(account: Account, the_round: Round) -> None:
    """Write to a new key holder, with the page on which the passphrase is chosen."""
    closes = the_round.voting_closes_at
    queue_message(
        "key_holder",
        account.email,
        language=account.language,
        name=account.name,
        round=the_round.title,
        closes=in_london(closes) if closes else "",
        link=f"{present.settings.public_url}/officers/keys",
    )


def _open_round(session: Session, round_id: int, by: Actor) -> Round:
    the_round = round_to_change(session, round_id, by)
    _refuse_locked(the_round)
    if the_round.key_mode == KeyMode.SIMPLE:
        sentence = N_("This round is in simple mode: its key lies on the server, and two officers approve the opening.")
        raise _refused("simple_mode", sentence)
    return the_round


def _refuse_locked(the_round: Round) -> None:
    if the_round.frozen is not None:
        sentence = N_("The ballot is locked, and its key is with those who held a key then. That cannot change.")
        raise Refusal("locked", sentence)


def _refuse_account(session: Session, the_round: Round, account_id: int, holders: list[KeyHolder]) -> None:
    account = session.get(Account, account_id)
    if account is None or not account.active:
        raise NotFound("no_account", N_("There is no such person."))
    if account_id == the_round.owner_id:
        raise _refused("key_holder_owner", N_("The officer who runs a round holds no key of it."))
    if account_id in {holder.account_id for holder in holders}:
        raise _refused("key_holder_twice", N_("This person holds a key of this round already."))
    if not may_hold_key(_roles(account)):
        raise _refused("key_holder_group", N_("Choose somebody of the council or of scrutiny, not of a group."))


def _roles(account: Account) -> frozenset[Role]:
    return frozenset(each.role for each in account.roles)


def _refused(code: str, sentence: str) -> Refusal:
    return Refusal(code, sentence, field="account", status=422)


def _no_key_holder() -> NotFound:
    return NotFound("no_key_holder", N_("You hold no key of this round."))
