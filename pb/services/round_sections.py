"""What a round says about itself and whom it lets vote, changed section by section."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.eligibility import LINKS
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.money import LARGEST, format_money
from pb.core.states import RoundState
from pb.core.words import N_
from pb.models.codes import CodeBatch, Declarer
from pb.models.roll import RollEntry
from pb.models.rounds import KeyMode, Level, Policy, Round, RoundKind
from pb.services.ledger import record
from pb.services.rights import DECLARING
from pb.services.round_states import record_due_arrows, round_phase
from pb.services.rounds import LONGEST_TITLE, round_to_change
from pb.services.transactions import transaction

S = RoundState

LONGEST_TEXT = 4000
LONGEST_SUMMARY = 300
LONGEST_AUDIENCE = 120
LONGEST_THEME = 60
MOST_THEMES = 20
OLDEST_LEAST_AGE = 25

#: section -> the columns that it holds.
SECTIONS: dict[str, tuple[str, ...]] = {
    "about": ("title", "summary", "kind", "level", "audience", "themes"),
    "purpose": ("purpose", "decision_informed", "result_use"),
    "promise": ("promise_up", "promise_not", "promise_last_word"),
    "money": ("total", "running_cost", "least_grant", "most_grant"),
    "voters": ("policy", "least_age", "links", "allow_change"),
    "keys": ("key_mode",),
}
#: Sections that the early assessment looks at, open to change before it is passed.
EARLY_SECTIONS = frozenset({"about", "areas", "dates"})
BEFORE_LOCK = (S.SETTING_UP, S.BIDDING, S.CHECKING)

#: What a round must say before it is public.
PUBLIC_WORDS = ("summary", *SECTIONS["purpose"], *SECTIONS["promise"])

Check = Callable[[Mapping[str, Any]], Iterator[Fault]]


def change_round(round_id: int, section: str, values: Mapping[str, Any], *, by: Actor) -> None:
    """Change one section of a round, a key of SECTIONS, to `values` (money in pence; choices as their enums).

    Texts may be left empty until the round opens for bids. Raises NotAllowed `not_your_round`; Refusal `not_now`,
    `not_assessed`, `with_approver`; Refusals with a fault for each value that cannot be. Event `round_changed`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        may_change(the_round, section)
        clean = tidied({name: values[name] for name in SECTIONS[section] if name in values})
        faults = [*_CHECKS[section](clean), *_emptied(the_round, clean), *_uninvited(session, the_round, clean)]
        faults += _undeclared(session, the_round, clean)
        if faults:
            raise Refusals(faults)
        changed = changed_fields(the_round, clean)
        if changed:
            record("round_changed", by, round_id=the_round.id, subject=f"round:{the_round.id}", fields=changed)


def may_change(the_round: Round, section: str) -> None:
    """Refuse a change that comes too early (`not_assessed`, `with_approver`) or too late (`locked`, `not_now`)."""
    record_due_arrows(the_round)
    refusal = why_closed(the_round, section)
    if refusal is not None:
        raise refusal


def why_closed(the_round: Round, section: str) -> Refusal | None:
    """The refusal that a change of a section would meet now; None where it is open to change."""
    state = round_phase(the_round)
    if the_round.frozen is not None:
        return Refusal("locked", N_("The ballot is locked. Nothing that fixes the vote can change any more."))
    if state in BEFORE_LOCK:
        return None
    if state not in (S.IDEA, S.ASSESSED):
        return Refusal("not_now", N_("This round is over. Nothing about it can change any more."))
    if section not in EARLY_SECTIONS:
        return Refusal("not_assessed", N_("This can be set once the early assessment is passed and set-up has begun."))
    if state == S.IDEA and with_approver(the_round):
        return Refusal("with_approver", N_("The assessment is with an approver. Wait for the answer, or take it back."))
    return None


def with_approver(the_round: Round) -> bool:
    """Whether the early assessment is sent and not answered yet."""
    assessment = the_round.assessment
    return assessment is not None and assessment.sent_at is not None and assessment.outcome is None


def _emptied(the_round: Round, values: Mapping[str, Any]) -> Iterator[Fault]:
    """What everybody reads may be reworded while a round is public, never taken away."""
    if the_round.state not in (S.BIDDING, S.CHECKING):
        return
    for name in PUBLIC_WORDS:
        if name in values and not values[name]:
            yield Fault("emptied", N_("The round is public, so this must say something."), field=name)


def _uninvited(session: Session, the_round: Round, values: Mapping[str, Any]) -> Iterator[Fault]:
    """A round that has a list of people stays one by invitation: each of them has their place on the roll already."""
    if the_round.policy != Policy.INVITED or values.get("policy", Policy.INVITED) == Policy.INVITED:
        return
    if session.scalar(select(RollEntry.id).where(RollEntry.round_id == the_round.id).limit(1)) is not None:
        sentence = N_(
            "People are on this round’s list already. If they were to declare who they are, the roll would say that "
            "they have voted. Add another round for another way to vote."
        )
        yield Fault("people_invited", sentence, field="policy")


def _undeclared(session: Session, the_round: Round, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Cards for which stewards declare can be handed out only while people declare who they are."""
    if values.get("policy", the_round.policy) in DECLARING or the_round.policy not in DECLARING:
        return
    mine = (CodeBatch.round_id == the_round.id, CodeBatch.declarer == Declarer.STEWARD)
    name = session.scalar(select(CodeBatch.name).where(*mine).order_by(CodeBatch.id).limit(1))
    if name is not None:
        sentence = N_(
            "Cards for which stewards ask who somebody is are made already (“%(name)s”), and in this way they could "
            "not be handed out. Keep the way to vote, or add another round for it."
        )
        yield Fault("cards_declared", sentence, {"name": name}, "policy")


def changed_fields(the_round: Round, values: Mapping[str, Any]) -> list[str]:
    """Set the columns that differ and name them, in the order of the alphabet."""
    changed = sorted(name for name, value in values.items() if getattr(the_round, name) != value)
    for name in changed:
        setattr(the_round, name, values[name])
    return changed


def tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Texts without blanks at their ends and with one kind of line end; lists of texts without empty ones."""
    return {name: _tidy(value) for name, value in values.items()}


def _tidy(value: Any) -> Any:
    if type(value) is str:
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, list):
        return [each for each in (" ".join(str(one).split()) for one in value) if each]
    return value


def too_long(values: Mapping[str, Any], limits: Mapping[str, int]) -> Iterator[Fault]:
    """A fault for each text that is longer than it may be."""
    for name, most in limits.items():
        length = len(values.get(name, ""))
        if length > most:
            sentence = N_("This must be %(most)s characters or fewer. It is %(over)s too long.")
            yield Fault("too_long", sentence, {"most": most, "over": length - most}, name)


def _about(values: Mapping[str, Any]) -> Iterator[Fault]:
    if "title" in values and not values["title"]:
        yield Fault("title_missing", N_("Enter a name for the round."), field="title")
    if "audience" in values and not values["audience"]:
        yield Fault("audience_missing", N_("Say who the round is for. “Everyone” will do."), field="audience")
    yield from too_long(values, {"title": LONGEST_TITLE, "summary": LONGEST_SUMMARY, "audience": LONGEST_AUDIENCE})
    yield from _one_of(values, "kind", RoundKind)
    yield from _one_of(values, "level", Level)
    yield from _themes(values.get("themes", []))


def _themes(themes: list[str]) -> Iterator[Fault]:
    if len(themes) > MOST_THEMES:
        yield Fault("too_many_themes", N_("Give %(most)s themes at most."), {"most": MOST_THEMES}, "themes")
    for theme in themes:
        if len(theme) > LONGEST_THEME:
            sentence = N_("The theme “%(theme)s” must be %(most)s characters or fewer.")
            yield Fault("theme_long", sentence, {"theme": theme[:LONGEST_THEME], "most": LONGEST_THEME}, "themes")
    if len({theme.casefold() for theme in themes}) < len(themes):
        yield Fault("theme_twice", N_("A theme is named twice."), field="themes")


def _texts(values: Mapping[str, Any]) -> Iterator[Fault]:
    yield from too_long(values, dict.fromkeys(values, LONGEST_TEXT))


def _money(values: Mapping[str, Any]) -> Iterator[Fault]:
    total = values.get("total")
    if total is None or total <= 0:
        yield Fault("total_missing", N_("Enter how much money there is: more than £0."), field="total")
    if (values.get("running_cost") or 0) < 0:
        yield Fault("negative", N_("The running cost cannot be less than £0."), field="running_cost")
    least, most = values.get("least_grant"), values.get("most_grant")
    for name, value in (("least_grant", least), ("most_grant", most)):
        if value is not None and value <= 0:
            yield Fault("not_positive", N_("Enter more than £0, or leave this empty."), field=name)
    if least and most and least > most:
        yield Fault("least_over_most", N_("The smallest grant cannot be more than the largest."), field="most_grant")
    if total and most and most > total > 0:
        yield Fault("most_over_total", N_("The largest grant cannot be more than all the money."), field="most_grant")
    yield from too_much(values)


def too_much(values: Mapping[str, Any]) -> Iterator[Fault]:
    """A fault for each amount that no council's round could hold."""
    for name, value in values.items():
        if isinstance(value, int) and value > LARGEST:
            yield Fault("too_much", N_("Enter %(most)s or less."), {"most": format_money(LARGEST)}, name)


def _voters(values: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _one_of(values, "policy", Policy)
    least_age = values.get("least_age")
    if least_age is None or not 0 <= least_age <= OLDEST_LEAST_AGE:
        sentence = N_("Enter an age from 0 to %(most)s.")
        yield Fault("age_range", sentence, {"most": OLDEST_LEAST_AGE}, "least_age")
    links = values.get("links", [])
    if not links or not set(links) <= set(LINKS):
        yield Fault("links_missing", N_("Choose at least one link to the area."), field="links")


def _keys(values: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _one_of(values, "key_mode", KeyMode)


def _one_of(values: Mapping[str, Any], name: str, kinds: Any) -> Iterator[Fault]:
    if name in values and values[name] not in set(kinds):
        yield Fault("choice", N_("Choose one of the listed answers."), field=name)


_CHECKS: dict[str, Check] = {
    "about": _about,
    "purpose": _texts,
    "promise": _texts,
    "money": _money,
    "voters": _voters,
    "keys": _keys,
}
