"""An event day in words that everybody in the hall reads."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pb.core.event_days import TOLD_AT, WARNING
from pb.models.event_days import DayStep, Presence
from pb.services.event_days import SHUT

#: What everybody reads of a step, by what `services.event_days.now_on` tells as `told`.
STEPS = {
    SHUT: _l("The doors open soon"),
    DayStep.CHECK_IN: _l("Doors are open"),
    DayStep.PRACTICE: _l("Practice: this does not count"),
    DayStep.PITCH: _l("Presentation"),
    DayStep.QUESTIONS: _l("Questions"),
    DayStep.SCORING: _l("Give your score"),
    DayStep.BREAK: _l("Break: finish your ballot and hand it in"),
    DayStep.HANDED_IN: _l("Thank you. The hand-in is closed."),
}
PRESENCES = {
    Presence.EXPECTED: _l("Not seen yet"),
    Presence.PRESENT: _l("Present"),
    Presence.STATEMENT: _l("Their statement is read"),
    Presence.ABSENT: _l("Nobody came: read its summary on the ballot"),
}


def clock_face(seconds: int | None) -> str:
    """Seconds as a countdown shows them, such as 2:05; nothing where nothing is timed."""
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02}"


def screen_of(left: int | None) -> dict[str, Any]:
    """What `components/hall.html` is drawn with, beside the hall itself; `left` are the seconds that are left."""
    return {
        "left": left,
        "face": clock_face(left),
        "steps": {str(step): words for step, words in STEPS.items()},
        "presences": {presence.value: words for presence, words in PRESENCES.items()},
        "words": screen_words(),
        "warning": WARNING,
        "told_at": TOLD_AT,
    }


def screen_words() -> str:
    """What the screen's script says, as JSON; what it fills in stands in braces."""
    words = {
        "steps": {str(step): str(text) for step, text in STEPS.items()},
        "presences": {presence.value: str(text) for presence, text in PRESENCES.items()},
        "now": _("Now, %(place)s of %(of)s", place="{place}", of="{of}"),
        "number": _("Number %(number)s on your ballot", number="{number}"),
        "left": _("%(seconds)s seconds left", seconds="{seconds}"),
        "minute": _("One minute left"),
        "up": _("Time is up"),
        "paused": _("Not running"),
        "running": _("left"),
    }
    return json.dumps(words, ensure_ascii=False)


def phone_words() -> str:
    """What a phone's script says beside the ballot, as JSON; what it fills in stands in braces."""
    words = {
        "steps": {str(step): str(text) for step, text in STEPS.items()},
        "on": _("On now: %(project)s", project="{title}"),
        "unheard": _("Not yet heard. You can score it once it has been presented."),
        "now": _("On now"),
        "score": _("You can score %(project)s now.", project="{title}"),
        "given": _("You gave %(score)s. Nothing was sent.", score="{score}"),
        "lost": _("There is no connection just now. You can go on marking: nothing is lost."),
        "up": _("Time is up"),
    }
    return json.dumps(words, ensure_ascii=False)
