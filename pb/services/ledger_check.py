"""What the ledger tells held against what the tables say: chain, states, and the digests that were announced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pb.core.canonical import digest
from pb.core.chain import GENESIS
from pb.core.checking.report import examine
from pb.core.errors import Fault
from pb.core.replay import Move, Replay
from pb.extensions import db
from pb.models.bids import Bid
from pb.models.counts import Count
from pb.models.events import Event
from pb.models.publications import Package, Publication
from pb.models.rounds import Round
from pb.services.ballot_versions import altered_versions
from pb.services.ledger import first_break
from pb.services.packages import content_of_package
from pb.services.round_states import round_phase
from pb.services.transactions import transaction

#: The triggers that keep the table of events as it is, by the kind of database.
TRIGGERS: dict[str, frozenset[str]] = {
    "sqlite": frozenset({"event_never_changed", "event_never_deleted", "event_follows_last"}),
    "postgresql": frozenset({"event_never_changed", "event_never_emptied", "event_follows_last"}),
}
#: Two servers whose clocks are kept right differ by less.
CLOCKS_DIFFER = timedelta(minutes=1)
_BEGUN = {"round_added": "round", "bid_started": "bid"}
_MOVED = ("round_state", "bid_state")


@dataclass
class LedgerCheck:
    """What was found: faults, notes (the clock is ahead of what is recorded, which may be), and how much was read.

    `head` is the hash of the newest entry: kept outside, it shows whether entries are missing from the end later.
    """

    events: int = 0
    head: str = ""
    rounds: int = 0
    bids: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


def check_ledger(kept: str = "") -> LedgerCheck:
    """Check the chain, replay rounds and bids, look up every digest that was announced, check every package.

    `kept` is the hash of an entry that was the newest when somebody wrote it down outside: it must be there still, or
    the end was cut off or written anew since, as a backup that is put back does too. Writes nothing. An arrow that
    the clock has decided and nobody has recorded yet is a note, not a fault.
    """
    found = LedgerCheck()
    found.events = db.session.scalar(select(func.count()).select_from(Event)) or 0
    found.head = db.session.scalar(select(Event.hash).order_by(Event.id.desc()).limit(1)) or GENESIS
    found.faults.extend(_missing_triggers())
    found.faults.extend(_broken_chain())
    found.faults.extend(_cut_off(kept))
    found.notes.extend(_turned_back())
    replay = _replay()
    rounds = list(db.session.scalars(select(Round).order_by(Round.id)))
    states = {f"round:{each.id}": each.state.value for each in rounds}
    bids = {f"bid:{number}": state.value for number, state in db.session.execute(select(Bid.id, Bid.state))}
    found.rounds, found.bids = len(rounds), len(bids)
    found.faults.extend([*replay.faults, *replay.against({**states, **bids})])
    for the_round in rounds:
        found.faults.extend(_dated(the_round, replay))
        found.notes.extend(_behind_the_clock(the_round))
        found.faults.extend(_altered(the_round))
    found.faults.extend(_announced())
    found.faults.extend(_packages())
    return found


#: What each lock refuses, done to the newest entry as an attempt that is taken back.
_ATTEMPTS = {
    "event_never_changed": "UPDATE event SET kind = kind WHERE id = (SELECT max(id) FROM event)",
    "event_never_deleted": "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
    "event_follows_last": (
        "INSERT INTO event (id, at, kind, subject, facts, previous, hash) "
        "SELECT id + 1, at, kind, subject, facts, 'nothing', 'nothing' FROM event "
        "WHERE id = (SELECT max(id) FROM event)"
    ),
}
_SAID = ("append-only", "follows the last")


def missing_triggers() -> frozenset[str]:
    """The names of the triggers of the ledger that this database does not have, or that refuse nothing.

    Each is tried on the newest entry, inside a transaction that is taken back: a lock of the right name may be empty.
    """
    missing = _not_there()
    if db.session.scalar(select(Event.id).limit(1)) is None:
        return missing
    with transaction() as session:
        open_ones = {name for name, statement in _ATTEMPTS.items() if not _refuses(session, statement)}
    # PostgreSQL's first lock refuses deletions as well.
    own = {name if name in TRIGGERS[db.engine.dialect.name] else "event_never_changed" for name in open_ones}
    return missing | own


def _refuses(session: Session, statement: str) -> bool:
    attempt = session.begin_nested()
    try:
        session.execute(text(statement))
    except DBAPIError as fault:
        return any(each in str(fault.orig) for each in _SAID)
    finally:
        attempt.rollback()
    return False


def _not_there() -> frozenset[str]:
    name = db.engine.dialect.name
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'event'::regclass AND tgenabled IN ('O', 'A')",
    }[name]
    with db.engine.connect() as connection:
        return TRIGGERS[name] - set(connection.execute(text(sql)).scalars())


def _missing_triggers() -> Iterator[Fault]:
    if not inspect(db.engine).has_table("event"):
        return
    for name in sorted(missing_triggers()):
        sentence = "The lock “%(name)s” of the ledger is off: entries could be changed. Run pb db upgrade, or ask why."
        yield Fault("trigger_missing", sentence, {"name": name})


def _broken_chain() -> Iterator[Fault]:
    event = first_break()
    if event is not None:
        sentence = "The chain breaks at event %(event)s: it, or what stood before it, is not what was recorded."
        yield Fault("chain_broken", sentence, {"event": event})


def _cut_off(kept: str) -> Iterator[Fault]:
    if kept and kept != GENESIS and db.session.scalar(select(Event.id).where(Event.hash == kept)) is None:
        sentence = (
            "The entry %(hash)s, which was kept outside, is not in the ledger: its end was cut off or written anew, "
            "or an older backup was put back."
        )
        yield Fault("entry_gone", sentence, {"hash": kept[:16] + "..."})


def _turned_back() -> Iterator[Fault]:
    """Entries that say an earlier time than the one before them: the clock was turned back, for whatever reason."""
    before = func.lag(Event.at, type_=Event.at.type).over(order_by=Event.id).label("before")
    pairs = select(Event.id, Event.at, before).subquery()
    query = select(pairs.c.id, pairs.c.at, pairs.c.before).where(pairs.c.at < pairs.c.before).order_by(pairs.c.id)
    for event, at, told in db.session.execute(query):
        if told - at >= CLOCKS_DIFFER:
            sentence = "Event %(event)s says %(at)s, and the one before it %(before)s: the clock was turned back."
            yield Fault(
                "clock_turned_back", sentence, {"event": event, "at": at.isoformat(), "before": told.isoformat()}
            )


def _replay() -> Replay:
    replay = Replay()
    query = select(Event).where(Event.kind.in_([*_BEGUN, *_MOVED])).order_by(Event.id)
    events = db.session.scalars(query.execution_options(yield_per=500))
    with closing(events):
        for event in events:
            if event.kind in _BEGUN:
                replay.begin(event.subject)
            else:
                replay.follow(_move(event))
    return replay


def _move(event: Event) -> Move:
    """An arrow of the ledger; that of a bid counts at once."""
    facts = event.facts
    effective = datetime.fromisoformat(facts["effective"]) if "effective" in facts else event.at
    return Move(event.id, event.subject, facts["from"], facts["to"], event.at, effective, event.account_id is None)


def _dated(the_round: Round, replay: Replay) -> Iterator[Fault]:
    told = replay.since.get(f"round:{the_round.id}")
    if told is not None and told != the_round.state_since:
        sentence = "Round %(round)s says that it is so since %(since)s; the ledger says %(told)s."
        params = {"round": the_round.id, "since": the_round.state_since.isoformat(), "told": told.isoformat()}
        yield Fault("since_differs", sentence, params)


def _behind_the_clock(the_round: Round) -> Iterator[Fault]:
    by_clock = round_phase(the_round)
    if by_clock != the_round.state:
        sentence = (
            "Round %(round)s is recorded as “%(state)s” and is “%(phase)s” by the clock; the next write records it."
        )
        params = {"round": the_round.id, "state": the_round.state.value, "phase": by_clock.value}
        yield Fault("behind_the_clock", sentence, params)


def _altered(the_round: Round) -> Iterator[Fault]:
    """Versions of a ballot that are no longer what was published under their number."""
    for version, (told, now) in altered_versions(the_round).items():
        sentence = (
            "Version %(version)s of the ballot of round %(round)s was announced as %(told)s; what lies in the tables "
            "gives %(now)s."
        )
        params = {"version": version, "round": the_round.id, "told": _short(told), "now": _short(now)}
        yield Fault("version_differs", sentence, params)


def _announced() -> Iterator[Fault]:
    """Digests that the ledger announced, held against the rows they are of."""
    kinds = ("box_sealed", "count_recorded", "result_published")
    query = select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)
    newest = {(event.kind, event.subject): event for event in db.session.scalars(query)}
    for (kind, _subject), event in newest.items():
        told, now = _told_and_now(kind, event)
        if told != now:
            sentence = "Event %(event)s (%(kind)s) announced %(told)s; what lies in the tables gives %(now)s."
            params = {"event": event.id, "kind": kind, "told": _short(told), "now": _short(now)}
            yield Fault("digest_differs", sentence, params)


def _packages() -> Iterator[Fault]:
    """Packages that are no longer what the ledger announced."""
    for event in db.session.scalars(select(Event).where(Event.kind == "package_made").order_by(Event.id)):
        query = select(Package).where(Package.publication_id == int(event.subject.split(":")[1]))
        package = db.session.scalar(query)
        content = b"".join(content_of_package(package)) if package else b""
        if not examine(content, event.facts["sha256"]).holds:
            sentence = "The package that event %(event)s announced is not what it was, or is gone."
            yield Fault("package_differs", sentence, {"event": event.id})


def _short(sha256: str | None) -> str:
    """The first figures of a digest; where there is none, a stroke."""
    return f"{sha256[:16]}..." if sha256 and len(sha256) > 16 else sha256 or "-"


def _told_and_now(kind: str, event: Event) -> tuple[str, str | None]:
    number = int(event.subject.split(":")[1])
    if kind == "box_sealed":
        the_round = db.session.get(Round, number)
        return event.facts["sealed_root"], the_round.sealed_root if the_round else None
    if kind == "count_recorded":
        count = db.session.get(Count, number)
        return event.facts["outcome"], digest(count.outcome) if count else None
    publication = db.session.get(Publication, number)
    return event.facts["sha256"], digest(publication.content) if publication else None
