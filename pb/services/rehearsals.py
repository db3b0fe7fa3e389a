"""The rehearsal: after the lock a sealed test ballot is opened in every way in which the box may be opened."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from itertools import combinations
from uuid import uuid4

from sqlalchemy import select

from pb.core.actors import Actor
from pb.core.blockers import Blocker
from pb.core.errors import NotAllowed, Refusal
from pb.core.permissions import may_open_box, may_run
from pb.core.receipts import NONCE_BYTES, make_nonce, make_receipt
from pb.core.sealing import PaperContent, pack, seal
from pb.core.states import RoundState
from pb.core.unsealing import BoxKey, SealedEnvelope, open_all
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.keys import Rehearsal
from pb.models.rounds import KeyMode, Round
from pb.services.elections import paper_rules
from pb.services.key_holders import holders_with_accounts
from pb.services.ledger import record
from pb.services.round_keys import holders_of, key_by_passphrases, key_from_file
from pb.services.round_states import record_due_arrows
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

Pair = tuple[int, int]

PAGE = "officers_rehearsals.index"
CANCEL = "officers_rounds.cancel"
#: What is said of a round that is locked still when its voting was to close: its dates were fixed by the lock.
NEVER_OPENED = N_(
    "Voting was to close by now and never opened, because the opening was not rehearsed in time. Nobody has voted. "
    "Cancel this round and set up another with later dates."
)
#: How the test of the key's file is kept in simple mode, where nobody holds a key.
BY_FILE: Pair = (0, 0)


def rehearse_opening(round_id: int, *, by: Actor, passphrases: Sequence[tuple[int, str]] = ()) -> list[Pair]:
    """Open a sealed test ballot as the box will be opened: with two holders' passphrases, or the file of simple mode.

    `passphrases` are two accounts with their words. Nothing of them is kept, and nothing is counted. Once every pair
    has done it, voting may open. Gives the pairs (accounts) that are still missing. Raises NotFound `no_round`;
    NotAllowed `may_not_rehearse`; Refusal `not_locked_now`, `never_opened`, `test_not_opened`, and those of
    `key_by_passphrases` and `key_from_file`. Event `opening_rehearsed`.
    """
    the_round = _rehearsable(round_id, by)
    private, pair = _key(the_round, passphrases)
    _open_test_ballot(the_round, private)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        _refuse_unlocked(the_round)
        if session.get(Rehearsal, (round_id, *pair)) is None:
            session.add(
                Rehearsal(
                    round_id=round_id,
                    first_holder=pair[0],
                    second_holder=pair[1],
                    opened_at=present.now(),
                    opened_by=by.account_id,
                )
            )
            session.flush()
        missing = missing_pairs(the_round)
        if not missing and the_round.rehearsed_at is None:
            the_round.rehearsed_at = present.now()
        record(
            "opening_rehearsed", by, round_id=round_id, subject=f"round:{round_id}",
            holders=list(pair), missing=len(missing),
        )  # fmt: skip
    return missing


def missing_pairs(the_round: Round) -> list[Pair]:
    """The ways of opening a locked round's box that are not rehearsed: pairs of accounts, or `BY_FILE`."""
    wanted = [BY_FILE]
    if the_round.key_mode == KeyMode.HOLDERS:
        wanted = list(combinations(sorted(each.account_id for each in holders_of(the_round.id)), 2))
    query = select(Rehearsal.first_holder, Rehearsal.second_holder).where(Rehearsal.round_id == the_round.id)
    done = {(row[0], row[1]) for row in db.session.execute(query)}
    return [pair for pair in wanted if pair not in done]


def rehearsal_blockers(the_round: Round) -> list[Blocker]:
    """What still stops a locked round from being voted on, in plain words; empty once its opening is rehearsed."""
    if the_round.state != RoundState.LOCKED or the_round.rehearsed_at is not None:
        return []
    if never_opened(the_round):
        return [Blocker("never_opened", NEVER_OPENED, {}, CANCEL, {"slug": the_round.slug})]
    page = (PAGE, {"slug": the_round.slug})
    if the_round.key_mode == KeyMode.SIMPLE:
        sentence = N_("The key on the server is not tested yet. Open a test ballot with it.")
        return [Blocker("key_not_tested", sentence, {}, *page)]
    names = {account.id: account.name for _holder, account in holders_with_accounts(the_round.id)}
    sentence = N_("%(first)s and %(second)s have not opened the test ballot together yet.")
    return [
        Blocker("pair_not_rehearsed", sentence, {"first": names[one], "second": names[other]}, *page)
        for one, other in missing_pairs(the_round)
    ]


def may_rehearse(the_round: Round, by: Actor) -> bool:
    """Those who run the round, the count lead and its key holders rehearse the opening."""
    holds = any(each.account_id == by.account_id for each in holders_of(the_round.id))
    return holds or may_open_box(by) or may_run(by, the_round.owner_id) or by.kind == "system"


def never_opened(the_round: Round) -> bool:
    """Whether a locked round's voting was to close by now though it could not open: a rehearsal comes too late."""
    closes = the_round.voting_closes_at
    waits = the_round.state == RoundState.LOCKED and the_round.rehearsed_at is None
    return waits and closes is not None and present.now() >= closes


def _rehearsable(round_id: int, by: Actor) -> Round:
    with transaction() as session:
        the_round = locked_round(session, round_id)
        if not may_rehearse(the_round, by):
            sentence = N_("The opening is rehearsed by its key holders, the count lead or the officer of the round.")
            raise NotAllowed("may_not_rehearse", sentence)
        record_due_arrows(the_round)
        _refuse_unlocked(the_round)
    return the_round


def _refuse_unlocked(the_round: Round) -> None:
    if the_round.state not in (RoundState.LOCKED, RoundState.VOTING):
        sentence = N_("The opening is rehearsed after the ballot is locked and before voting closes.")
        raise Refusal("not_locked_now", sentence)
    if never_opened(the_round):
        raise Refusal("never_opened", NEVER_OPENED)


def _key(the_round: Round, passphrases: Sequence[tuple[int, str]]) -> tuple[bytes, Pair]:
    if the_round.key_mode == KeyMode.SIMPLE:
        return key_from_file(the_round), BY_FILE
    private = key_by_passphrases(the_round, passphrases)
    first, second = sorted(account for account, _words in passphrases)
    return private, (first, second)


def _open_test_ballot(the_round: Round, private: bytes) -> None:
    """Seal a paper as casting seals one, open it as the opening does, and compare. Refuses `test_not_opened`."""
    rules, version, size = paper_rules(the_round), the_round.ballot_version or 0, the_round.envelope_size or 0
    receipt = make_receipt(present.secrets.receipt_key, the_round.id, make_nonce(secrets.token_bytes(NONCE_BYTES)), "")
    paper = PaperContent({key: {} for key in rules.instances}, receipt, version)
    envelope_id = str(uuid4())
    public = bytes.fromhex(the_round.round_public_key or "")
    sealed = seal(public, the_round.id, version, envelope_id, pack(paper), size)
    box = BoxKey(private, the_round.id, size, {version: rules})
    found = open_all(box, [SealedEnvelope(envelope_id, None, version, sealed)])
    if found.receipts != [receipt]:
        sentence = N_("The test ballot could not be opened. This box must not be voted into: ask for help.")
        raise Refusal("test_not_opened", sentence)
