"""Forms of the officers' pages about kiosks."""

from __future__ import annotations

from flask_wtf import FlaskForm

from pb.core.kiosks import HIGHEST_SEQ
from pb.core.reasons import LONGEST_REASON
from pb.services.kiosks import LONGEST_NAME
from pb.web.forms.fields import ChoiceField, MenuField, ParagraphField, TextField, TickField, WholeNumberField


class KioskForm(FlaskForm):  # type: ignore[misc]
    """A tablet that is to become a kiosk of a station."""

    station = MenuField("Station", needed="Choose the station")
    name = TextField(
        "Name of the tablet",
        needed="Give the tablet a name",
        most=LONGEST_NAME,
        hint="As it is written on its back: Market 1.",
    )
    declares = TickField("Voters say on the tablet who they are")


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why a tablet is taken out of use."""

    reason = ParagraphField("Why is it taken out of use?", needed="Say why", most=LONGEST_REASON)


class NumberForm(FlaskForm):  # type: ignore[misc]
    """The number that a tablet shows when its station closes."""

    number = WholeNumberField(
        "Closing number",
        least=0,
        most=HIGHEST_SEQ,
        hint="“Ballots made here” on the tablet, behind “Steward”. Leave it empty when the station opens again.",
    )


class LateForm(FlaskForm):  # type: ignore[misc]
    """What one officer asks for, of the ballots of a kiosk that wait."""

    accept = ChoiceField(
        "What should become of them?",
        {"yes": "Let them into the box", "no": "Turn them down"},
        needed="Choose what should become of them",
    )
    reason = ParagraphField("Why?", needed="Say why", most=LONGEST_REASON, hint="The number and the reason are kept.")
