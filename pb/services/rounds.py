"""Rounds: adding one, finding one, the lists of officers and of everybody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.permissions import may_own_rounds, may_run
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.events import Event
from pb.models.rounds import Assessment, Round, RoundKind
from pb.services.ledger import events_of_round, record
from pb.services.pages import Page, page_of
from pb.services.transactions import transaction

S = RoundState

LONGEST_SLUG = 60
LONGEST_TITLE = 100
#: States in which a round is nobody's business but the council's.
PRIVATE = frozenset({S.IDEA, S.ASSESSED, S.SETTING_UP})
#: Addresses that a round may not take, because a page of ours lives there.
TAKEN = frozenset({"add"})
#: Letters whose strokes and ligatures Unicode does not take apart.
UNSTROKED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe"})


def add_round(title: str, *, by: Actor, kind: RoundKind = RoundKind.OPEN_GRANT, practice: bool = False) -> Round:
    """A new round, an idea so far, owned by the officer who adds it, with an empty assessment.

    A `practice` round can be gone through to the end and stays one: every page says that it is a rehearsal, it is in
    no public list, and nobody is written to about its result.
    Raises NotAllowed `not_an_officer`; Refusal `title_missing`, `title_long`. Event `round_added`.
    """
    if not may_own_rounds(by) or by.account_id is None:
        raise NotAllowed("not_an_officer", N_("Only an engagement officer can add a round."))
    title = tidy_title(title)
    now = present.now()
    with transaction() as session:
        the_round = Round(
            slug=_free_slug(session, title),
            title=title,
            state=S.IDEA,
            state_since=now,
            owner_id=by.account_id,
            kind=kind,
            practice=practice,
            created_at=now,
        )
        the_round.assessment = Assessment()
        session.add(the_round)
        session.flush()
        subject = f"round:{the_round.id}"
        record("round_added", by, round_id=the_round.id, subject=subject, slug=the_round.slug, practice=practice)
    return the_round


def tidy_title(title: str) -> str:
    """A title without stray spaces. Refuses (`title_missing`, `title_long`) what no round can be called."""
    title = " ".join(title.split())
    if not re.search(r"\w", title):
        raise Refusal("title_missing", N_("Enter a name for the round."), field="title", status=422)
    if len(title) > LONGEST_TITLE:
        sentence = N_("The name must be %(most)s characters or fewer.")
        raise Refusal("title_long", sentence, field="title", status=422, most=LONGEST_TITLE)
    return title


def slug_of(title: str) -> str:
    """A title as it stands in an address: small letters, figures and dashes; `round` where nothing is left."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(UNSTROKED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_SLUG].strip("-") or "round"


def _free_slug(session: Session, title: str) -> str:
    base = slug_of(title)
    taken = set(session.scalars(select(Round.slug).where(Round.slug.like(f"{base}%")))) | TAKEN
    if base not in taken:
        return base
    return next(f"{base}-{number}" for number in range(2, len(taken) + 3) if f"{base}-{number}" not in taken)


def find_round(slug: str) -> Round:
    """The round with this address, whatever its state. Raises NotFound `no_round`."""
    found = db.session.scalar(select(Round).where(Round.slug == slug))
    if found is None:
        raise _no_round()
    return found


def rounds_by_id(round_ids: Collection[int]) -> dict[int, Round]:
    """Rounds, by id."""
    return {each.id: each for each in db.session.scalars(select(Round).where(Round.id.in_(round_ids)))}


def public_round(slug: str) -> Round:
    """The round with this address, if it has ever been open to the public. Raises NotFound `no_round`."""
    found = find_round(slug)
    if not is_public(found):
        raise _no_round()
    return found


def is_public(the_round: Round) -> bool:
    """Whether everybody may know of a round: from the opening for bids on, even if it is cancelled later."""
    if the_round.state != S.CANCELLED:
        return the_round.state not in PRIVATE
    changes = events_of_round(the_round.id, ("round_state",))
    return any(RoundState(event.facts["from"]) not in PRIVATE for event in changes)


def round_to_change(session: Session, round_id: int, by: Actor) -> Round:
    """A round inside the caller's transaction, locked against others, for those who may run it.

    Raises NotFound `no_round`, NotAllowed `not_your_round`.
    """
    the_round = locked_round(session, round_id)
    if not may_run(by, the_round.owner_id):
        raise NotAllowed("not_your_round", N_("Only the officer who owns this round can do that."))
    return the_round


def locked_round(session: Session, round_id: int) -> Round:
    """A round inside the caller's transaction, locked against others. Raises NotFound `no_round`."""
    found = session.get(Round, round_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise _no_round()
    return found


def rounds_page(number: int = 1, *, owner_id: int | None = None, state: str = "", words: str = "") -> Page[Round]:
    """A page of all rounds, newest first; only those of an owner, in a state or with these words in the name."""
    query = select(Round).order_by(Round.created_at.desc(), Round.id.desc())
    if owner_id is not None:
        query = query.where(Round.owner_id == owner_id)
    if state in set(S):
        query = query.where(Round.state == S(state))
    if words.strip():
        query = query.where(Round.id.in_(_titled(words.strip())))
    return page_of(query, number)


def _titled(words: str) -> list[int]:
    """The rounds with these words in their name, whatever the capitals: SQLite knows those of English alone."""
    rows = db.session.execute(select(Round.id, Round.title))
    return [number for number, title in rows if words.casefold() in title.casefold()]


def public_rounds() -> Select[Any]:
    """What finds the rounds that everybody sees listed: those that were open once, rehearsals left out."""
    private = [each.value for each in PRIVATE]
    was_open = exists().where(
        Event.round_id == Round.id,
        Event.kind == "round_state",
        Event.facts["to"].as_string() == S.CANCELLED.value,
        Event.facts["from"].as_string().not_in(private),
    )
    listed = Round.state.not_in([*PRIVATE, S.CANCELLED])
    return select(Round).where(or_(listed, and_(Round.state == S.CANCELLED, was_open)), Round.practice.is_(False))


def _no_round() -> NotFound:
    return NotFound("no_round", N_("There is no such round. It may have another address now."))
