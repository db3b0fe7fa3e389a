"""Reasons that people give for what they decide: one way to read them, wherever one is asked for."""

from __future__ import annotations

from pb.core.errors import Refusal
from pb.core.plain_text import many_lines, one_line
from pb.core.words import N_

#: Characters of a reason, where nothing else is said: what a sentence or two need.
LONGEST_REASON = 500
SAY_WHY = N_("Say why. The reason is kept.")


def read_reason(text: str, missing: str, *, most: int = LONGEST_REASON, lines: bool = False) -> str:
    """A reason as plain text, on one line or with its `lines`; `missing` says what to give where it is empty.

    Raises Refusal, 422, beside `reason`: `reason_missing`, `reason_long` (more than `most` characters).
    """
    reason = many_lines(text) if lines else one_line(text)
    if not reason:
        raise Refusal("reason_missing", missing, field="reason", status=422)
    if len(reason) > most:
        sentence = N_("The reason must be %(most)s characters or fewer.")
        raise Refusal("reason_long", sentence, field="reason", status=422, most=most)
    return reason
