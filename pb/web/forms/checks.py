"""The form in which an officer answers every question about a bid at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.core.checks import CheckResult, CheckRule, questions_for
from pb.core.errors import Fault, Refusal, Refusals
from pb.models.bids import Bid, Check
from pb.services.bid_facts import facts_of
from pb.services.checks import LONGEST_REASON, Answer
from pb.web.forms.fields import ParagraphField
from pb.web.forms.summary import sentence


@dataclass
class Row:
    """One question as the page shows it: what stands, and what the officer has just chosen and typed."""

    key: str
    rule: CheckRule
    standing: Check | None
    chosen: str = ""
    reason: str = ""
    fault: str = ""
    by: str = field(default="")

    @property
    def own(self) -> bool:
        """Whether the system answers it, so that an officer need not."""
        return self.standing is not None and self.standing.automatic


def rows_of(bid: Bid, sent: Mapping[str, str] | None = None, refusal: Refusal | None = None) -> list[Row]:
    """The questions about a bid, with what was `sent` last and what was wrong with it."""
    standing = {check.rule: check for check in bid.checks}
    faults = {fault.field: fault for fault in faults_of(refusal)}
    rows = []
    for key, rule in questions_for(facts_of(bid)).items():
        check = standing.get(key)
        row = Row(key, rule, check)
        if check is not None and not check.automatic:
            row.chosen = check.result.value
            row.reason = check.reason if check.reason != rule.met else ""
        if sent is not None:
            row.chosen, row.reason = sent.get(f"{key}-result", ""), sent.get(f"{key}-reason", "")
        row.fault = sentence(faults[key]) if key in faults else ""
        rows.append(row)
    return rows


def faults_of(refusal: Refusal | None) -> list[Fault]:
    """Everything that a refusal says."""
    if refusal is None:
        return []
    return refusal.faults if isinstance(refusal, Refusals) else [refusal.fault]


def answers_sent(bid: Bid, sent: Mapping[str, str], *, rest: bool) -> dict[str, Answer]:
    """The officer's answers; with `rest`, every question that nobody has answered is met."""
    standing = {check.rule for check in bid.checks}
    answers = {}
    for key in questions_for(facts_of(bid)):
        chosen, reason = sent.get(f"{key}-result", ""), sent.get(f"{key}-reason", "")
        if chosen in set(CheckResult):
            answers[key] = Answer(CheckResult(chosen), reason)
        elif rest and key not in standing:
            answers[key] = Answer(CheckResult.MET, reason)
    return answers


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """A reason in words that the group reads."""

    reason = ParagraphField(
        _l("Reason"),
        needed=_l("Give the reason, in words for the group"),
        most=LONGEST_REASON,
        hint=_l("The group reads this. Say which rule, what you found, and what would have been needed."),
    )
