"""Programs that fill in forms, told kindly from people: a field that people leave empty, and a least time.

Neither stops whoever takes the trouble; they keep what is sent blindly, in masses, from the roll, the outbox and the
table of accounts. Whoever is caught and is a person gets past by sending the same form once more.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

import structlog

from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import present
from pb.services.failures import WINDOW_MINUTES, failure_tag, failures_of, note_failures

log = structlog.get_logger()

#: As long as a voter's form may lie open.
LASTS = timedelta(hours=6)
#: So many from one address in a quarter of an hour are told in the log: people do not stumble so often.
MANY = 20
_FIGURES = 32


def form_begun(sent: str = "") -> str:
    """The signed moment that a form carries: that of its first showing where it was `sent` with one, else now."""
    return sent if _moment_of(sent) is not None else _signed(int(present.now().timestamp()))


def refuse_programs(begun: str, left_empty: str, *, address: str) -> None:
    """Refuse a form that was filled in as programs do: faster than anybody reads, or where nothing belongs.

    `begun` is what `form_begun` gave, `left_empty` the field that people do not see. Raises Refusal `field_filled`,
    `filled_too_fast`, 422. Side effect: counted for the network address, with a warning in the log where it has many.
    """
    if left_empty:
        _note(address)
        sentence = N_(
            "A field that stays empty was filled in, perhaps by your browser. It is empty again: send this once more."
        )
        raise Refusal("field_filled", sentence, status=422)
    least = present.settings.least_fill_seconds
    moment = _moment_of(begun)
    if least and (moment is None or present.now().timestamp() - moment < least):
        _note(address)
        sentence = N_(
            "That was very quick, and we could not tell you from a program. Look it over, and send it once more."
        )
        raise Refusal("filled_too_fast", sentence, status=422)


def _note(address: str) -> None:
    from_here = failure_tag("program", address)
    note_failures(from_here)
    if failures_of(from_here) == MANY:
        log.warning("many_forms_by_programs", minutes=WINDOW_MINUTES)


def _moment_of(begun: str) -> int | None:
    """The moment that a form carries; none where we did not sign it, or too long ago."""
    figures = begun.partition(".")[0]
    if not (figures.isascii() and figures.isdecimal()) or len(figures) > 12:
        return None
    if not hmac.compare_digest(_signed(int(figures)).encode(), begun.encode()):
        return None
    moment = int(figures)
    return moment if present.now().timestamp() - moment < LASTS.total_seconds() else None


def _signed(moment: int) -> str:
    key: bytes = present.secrets.secret_key
    return f"{moment}.{hmac.digest(key, f'form-begun|{moment}'.encode(), 'sha256').hex()[:_FIGURES]}"
