"""Checks: the eligibility questions about a bid, who answers each one, and what the system answers by itself.

To add a question: one line in CHECKS. With a `judge` the system answers it from the facts; where the judge cannot
tell, and for every question without one, an officer does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pb.core.bids import BidFacts, faults_in
from pb.core.errors import NO_PARAMS, Params
from pb.core.words import N_


class CheckResult(StrEnum):
    """The answer to one eligibility question."""

    MET = "met"
    NOT_MET = "not_met"
    CONDITION = "condition"


@dataclass(frozen=True)
class Finding:
    """An answer with its reason, an English sentence with %(name)s places for `params`."""

    result: CheckResult
    reason: str
    params: Params = field(default_factory=lambda: NO_PARAMS)

    def __str__(self) -> str:
        return self.reason % dict(self.params) if self.params else self.reason


Judge = Callable[[BidFacts], Finding | None]


@dataclass(frozen=True)
class CheckRule:
    """One eligibility question. `met` is the reason that stands where an officer gives no other for "met".

    `help` tells the officer what to look at. `applies` says of which bids it is asked.
    """

    label: str
    question: str
    met: str
    help: str = ""
    judge: Judge | None = None
    applies: Callable[[BidFacts], bool] = lambda _facts: True


def met(reason: str, **params: object) -> Finding:
    """The answer "met"."""
    return Finding(CheckResult.MET, reason, params)


def not_met(reason: str, **params: object) -> Finding:
    """The answer "not met"."""
    return Finding(CheckResult.NOT_MET, reason, params)


def condition(reason: str, **params: object) -> Finding:
    """The answer "met, on a condition", which goes into the grant's agreement."""
    return Finding(CheckResult.CONDITION, reason, params)


def _wrong(facts: BidFacts, name: str) -> Finding | None:
    """What is wrong with one answer of the bid's own pages, as "not met"."""
    faults = faults_in(facts, [name])
    return Finding(CheckResult.NOT_MET, faults[0].message, faults[0].params) if faults else None


def _amount(facts: BidFacts) -> Finding:
    if facts.asked is None:
        return not_met(N_("No amount is asked for."))
    sentence = N_("%(asked)s is within the limits of the round and the pot.")
    return _wrong(facts, "asked") or met(sentence, asked=facts.money(facts.asked))


def _workable(facts: BidFacts) -> Finding:
    if facts.workable_minimum is None:
        return not_met(N_("No smallest workable amount is given."))
    sentence = N_("The group can start with %(least)s.")
    return _wrong(facts, "workable_minimum") or met(sentence, least=facts.money(facts.workable_minimum))


def _costs(facts: BidFacts) -> Finding:
    lines, total = sum(facts.cost_lines), facts.total_cost or 0
    if lines != total or not facts.cost_lines:
        sentence = N_("The lines add up to %(lines)s, the total cost says %(total)s.")
        return not_met(sentence, lines=facts.money(lines), total=facts.money(total))
    return met(N_("The lines add up to the total cost of %(total)s."), total=facts.money(total))


def _funding(facts: BidFacts) -> Finding:
    """Rules.md section 2, rule 3: cost = asked + other funding + own."""
    total = facts.total_cost or 0
    coming = (facts.asked or 0) + (facts.other_funding or 0) + (facts.own_money or 0)
    if coming < total:
        return not_met(N_("%(gap)s of the cost is not covered by anybody."), gap=facts.money(total - coming))
    if coming > total:
        sentence = N_("The money named is %(over)s more than the cost.")
        return not_met(sentence, over=facts.money(coming - total))
    return met(N_("The amount asked, other money and the group's own cover the cost exactly."))


def _one_bid(facts: BidFacts) -> Finding:
    if facts.same_group:
        return not_met(
            N_("%(count)s other bids in this round come from a group of the same name or registration number."),
            count=facts.same_group,
        )
    return met(N_("No other bid in this round comes from a group of this name or number."))


def _starts_after(facts: BidFacts) -> Finding | None:
    if facts.decided_on is None or facts.starts_on is None:
        return None
    if facts.starts_on < facts.decided_on:
        return not_met(N_("It starts before the decision, and money cannot be given for what has begun."))
    return met(N_("It starts after the decision."))


def _nothing_started(facts: BidFacts) -> Finding:
    if facts.nothing_started:
        return met(N_("The group says that nothing has been bought or started."))
    return not_met(N_("The group says that something has been bought or started already."))


def _document(facts: BidFacts) -> Finding:
    answers = {
        "adopted": met(N_("The group says that its rules are agreed.")),
        "draft": not_met(N_("The group's rules are written but not agreed yet.")),
    }
    return answers.get(facts.governing_document) or not_met(N_("The group has no written rules."))


def _bank(facts: BidFacts) -> Finding:
    """Rules.md section 2, rule 13."""
    answers = {
        "two_signatories": met(N_("The group says that two unrelated people must agree each payment.")),
        "other": not_met(N_("The account does not need two unrelated people to agree each payment.")),
    }
    return answers.get(facts.bank_account) or not_met(N_("The group has no bank account in its own name."))


KINDS_OF_GROUP = frozenset({"unincorporated", "charity", "cio", "cic", "residents", "pta", "parish", "faith", "school"})


def _kind(facts: BidFacts) -> Finding | None:
    """Rules.md section 2, rule 14; a company may be for private profit, so that an officer looks."""
    return met(N_("It is a kind of group that may bid.")) if facts.kind in KINDS_OF_GROUP else None


def _interest(facts: BidFacts) -> Finding:
    if facts.has_interest:
        return condition(N_("A councillor or council officer is linked to the group: the decision maker must see it."))
    return met(N_("The group names no councillor or council officer."))


#: Every question, in the order in which an officer meets it.
CHECKS: dict[str, CheckRule] = {
    "amount": CheckRule(
        N_("amount asked"), N_("Is the amount within the limits of the round and the pot?"), N_("It is."), judge=_amount
    ),
    "workable_minimum": CheckRule(
        N_("smallest workable amount"),
        N_("Is the smallest workable amount no more than the amount asked?"),
        N_("It is not more."),
        judge=_workable,
    ),
    "costs": CheckRule(N_("cost lines"), N_("Do the cost lines add up?"), N_("They do."), judge=_costs),
    "funding": CheckRule(
        N_("whole cost covered"),
        N_("Is the whole cost covered, and no more than that?"),
        N_("It is covered."),
        judge=_funding,
    ),
    "one_bid": CheckRule(
        N_("one bid for each group"),
        N_("Is this the group's only bid in the round?"),
        N_("It is its only bid."),
        judge=_one_bid,
    ),
    "starts_after": CheckRule(
        N_("start date"),
        N_("Does the project start after the decision?"),
        N_("It does."),
        N_("The round has no date for its decision, so compare with the calendar that was published."),
        judge=_starts_after,
    ),
    "nothing_started": CheckRule(
        N_("nothing bought or started"),
        N_("Has nothing been bought or started?"),
        N_("Nothing has."),
        judge=_nothing_started,
    ),
    "governing_document": CheckRule(
        N_("governing document"), N_("Does the group have agreed written rules?"), N_("It does."), judge=_document
    ),
    "bank": CheckRule(
        N_("bank account"),
        N_("Is there an account in the group's name that needs two unrelated people?"),
        N_("There is."),
        judge=_bank,
    ),
    "kind": CheckRule(
        N_("kind of group"),
        N_("Is it a group that may bid, and not a person, a business or a political party?"),
        N_("It is a group that may bid."),
        N_("A company may bid if its articles forbid private profit."),
        judge=_kind,
    ),
    "interest": CheckRule(
        N_("councillors and officers"),
        N_("Is it known whether a councillor or council officer is linked to the group?"),
        N_("It is known."),
        judge=_interest,
    ),
    "constituted": CheckRule(
        N_("properly constituted"),
        N_("Is the group properly constituted, and not for private profit?"),
        N_("It is properly constituted and not for private profit."),
        N_("Look at its rules: a name, aims, a committee, and what happens to its money if it ends."),
    ),
    "no_party": CheckRule(
        N_("not party political"),
        N_("Is the project free of party politics?"),
        N_("Nothing in it serves a political party."),
    ),
    "no_religion": CheckRule(
        N_("not promoting religion"),
        N_("Is the project free of promoting a religion?"),
        N_("Nothing in it promotes a religion."),
        N_("A faith group may bid where the benefit is open to everybody."),
    ),
    "wider_benefit": CheckRule(
        N_("wider benefit"),
        N_("Does it benefit more people than the group's own members?"),
        N_("It is open to people beyond the group."),
    ),
    "school": CheckRule(
        N_("beyond school"),
        N_("Is it more than lessons, teaching materials or school buildings?"),
        N_("It serves the wider community."),
        applies=lambda facts: facts.kind == "school",
    ),
    "statutory": CheckRule(
        N_("not somebody else's duty"),
        N_("Is it something that no public body is bound to do anyway?"),
        N_("It replaces nobody's duty or core service."),
    ),
    "area_or_theme": CheckRule(
        N_("right pot"),
        N_("Does the project fit the pot's area or theme?"),
        N_("It fits the pot."),
    ),
    "lawful": CheckRule(
        N_("lawful and deliverable"),
        N_("Is it lawful and safe, and can this group do it?"),
        N_("It is lawful and safe, and the group can do it."),
        N_("Think of permissions, land, safeguarding and insurance; ask the service where council land is used."),
    ),
    "wording": CheckRule(
        N_("fit to publish"),
        N_("Can the title and summary be published as they are?"),
        N_("They can be published as they are."),
        N_("No names of private people, no contact details, and words that anybody understands."),
    ),
}


def questions_for(facts: BidFacts) -> dict[str, CheckRule]:
    """The questions that are asked of this bid."""
    return {key: rule for key, rule in CHECKS.items() if rule.applies(facts)}


def automatic_findings(facts: BidFacts) -> dict[str, Finding]:
    """What the system answers by itself; a question that it cannot answer is left out."""
    found = {key: rule.judge(facts) for key, rule in questions_for(facts).items() if rule.judge}
    return {key: finding for key, finding in found.items() if finding is not None}


def unanswered_in(facts: BidFacts, answers: Mapping[str, CheckResult]) -> list[str]:
    """The questions about this bid that nobody has answered yet."""
    return [key for key in questions_for(facts) if key not in answers]


def stands_in_the_way(facts: BidFacts, answers: Mapping[str, CheckResult]) -> list[str]:
    """The questions answered "not met": a bid with one cannot be passed."""
    return [key for key in questions_for(facts) if answers.get(key) == CheckResult.NOT_MET]
