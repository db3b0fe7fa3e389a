"""Where the private key of a round goes: to three key holders, or in simple mode into a file beside the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from pb.core.errors import Refusal
from pb.core.keyholders import HolderKey, WrappedCopy, copy_for, unwrap, wrap_for_pairs
from pb.core.sealing import KEY_BYTES, public_of
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.keys import KeyHolder, WrappedKey
from pb.models.rounds import KeyMode, Round
from pb.services.files import write_for_good
from pb.services.transactions import transaction


def keep_key(the_round: Round, private: bytes) -> None:
    """Wrap a new round's private key for each pair of its holders, or write it to its file; it is kept nowhere else.

    Inside the caller's transaction. Raises Refusal `key_holders_three`.
    """
    if the_round.key_mode == KeyMode.SIMPLE:
        write_key(the_round.id, private)
        return
    holders = {str(each.account_id): each for each in holders_of(the_round.id)}
    keys = [HolderKey.from_json(each.holder_key) for each in holders.values() if each.holder_key]
    with transaction() as session:
        for copy in wrap_for_pairs(the_round.id, private, keys):
            session.add(
                WrappedKey(
                    round_id=the_round.id,
                    first_holder_id=holders[copy.first].id,
                    second_holder_id=holders[copy.second].id,
                    copy=copy.to_json(),
                )
            )


def key_by_passphrases(the_round: Round, passphrases: Sequence[tuple[int, str]]) -> bytes:
    """The round's private key from two holders, each an account with its passphrase.

    Raises Refusal `key_holders_two`, `not_a_key_holder`, `key_holder_twice`, `wrong_passphrase`,
    `key_copy_of_others`, `key_copy_damaged`.
    """
    if len(passphrases) != 2:
        raise Refusal("key_holders_two", N_("Two key holders are needed."), status=422)
    one, other = ((_holder_key(the_round.id, account), words) for account, words in passphrases)
    stored = db.session.scalars(select(WrappedKey.copy).where(WrappedKey.round_id == the_round.id))
    copies = [WrappedCopy.from_json(each) for each in stored]
    return _own(the_round, unwrap(copy_for(copies, one[0].holder, other[0].holder), the_round.id, one, other))


def key_from_file(the_round: Round) -> bytes:
    """The private key of a round in simple mode. Raises Refusal `key_missing`."""
    return _own(the_round, read_key(the_round.id))


def holders_of(round_id: int) -> list[KeyHolder]:
    """The key holders of a round in the order in which they were appointed."""
    return list(db.session.scalars(select(KeyHolder).where(KeyHolder.round_id == round_id).order_by(KeyHolder.id)))


def _holder_key(round_id: int, account_id: int) -> HolderKey:
    query = select(KeyHolder).where(KeyHolder.round_id == round_id, KeyHolder.account_id == account_id)
    holder = db.session.scalar(query)
    if holder is None or holder.holder_key is None:
        raise Refusal("not_a_key_holder", N_("Choose two of this round's key holders."), field="holders", status=422)
    return HolderKey.from_json(holder.holder_key)


def _own(the_round: Round, private: bytes) -> bytes:
    """The key, if it is the one that this round's envelopes were sealed to."""
    if public_of(private).hex() != the_round.round_public_key:
        raise Refusal("key_of_another", N_("That key does not belong to this round."))
    return private


def key_file(round_id: int) -> Path:
    """Where the private key of a round in simple mode lies."""
    folder: Path = present.settings.instance_path
    return folder / "keys" / f"round-{round_id}.key"


def write_key(round_id: int, private: bytes) -> None:
    """Write the private key of a round, durably and readable by this service's user alone (mode 0600)."""
    path = key_file(round_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_for_good(path, [private])


def read_key(round_id: int) -> bytes:
    """The private key of a round in simple mode.

    Raises Refusal `key_missing` where the file is gone or damaged: the box cannot be opened without it.
    """
    try:
        private = key_file(round_id).read_bytes()
    except OSError:
        private = b""
    if len(private) != KEY_BYTES:
        raise Refusal(
            "key_missing",
            N_("The key of this round is not on this server. Restore keys/round-%(round)s.key from its safe copy."),
            round=round_id,
        )
    return private
