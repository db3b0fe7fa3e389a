"""Forms of stations: the steward's tablet, opening and closing, and the officers' pages about places and rota."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField

from pb.core.access import OFFERS
from pb.core.eligibility import LINKS, Declaration
from pb.models.kiosks import Kiosk
from pb.models.papers import PaperBatch
from pb.models.stations import StationKind
from pb.services.handing_out import Stack
from pb.services.station_days import LONGEST_REASON, MOST_COUNTED, Counted
from pb.services.stations import LONGEST_NAME, LONGEST_NOTES, LONGEST_PLACE, MOST_TIMES, Span, StationWanted
from pb.services.stewards import Steward
from pb.web.forms.british import ASKED_YEAR, LondonDateField, LondonDateTimeField, PostcodeField, YearOfBirthField
from pb.web.forms.declarations import declaration_of
from pb.web.forms.fields import (
    ChoiceField,
    ChoicesField,
    EmailField,
    MenuField,
    ParagraphField,
    PasswordField,
    TextField,
    TickField,
    WholeNumberField,
    choices_of,
)
from pb.web.odd_requests import row_number

KINDS = {
    StationKind.STALL: "A stall, such as a supermarket’s car park",
    StationKind.EVENT: "An event day in a hall",
    StationKind.DROP_POINT: "A drop point: papers and a box, and nobody who stands there",
}
#: Links as a steward asks for them.
ASKED_LINKS = {
    "live": "They live here",
    "work": "They work here",
    "study": "They study or go to school here",
    "volunteer": "They volunteer here",
}


class EligibleForm(FlaskForm):  # type: ignore[misc]
    """What a steward asks somebody at the stall. Name and promise only where the steward declares for them."""

    link = ChoiceField("What links them to this area?", mark_optional=False)
    postcode = PostcodeField("Their home postcode", mark_optional=False)
    place_postcode = PostcodeField("Postcode of that place", mark_optional=False)
    year_of_birth = YearOfBirthField("Year they were born", unlikely=ASKED_YEAR, mark_optional=False)
    name = TextField("Full name", most=120, mark_optional=False)
    declared = TickField("They say that this is true, and that it is their only ballot in this round")
    area = MenuField("Area that they vote in", mark_optional=False)

    def offer(self, links: tuple[str, ...], *, named: bool) -> None:
        """Leave the round's links to choose from, and take name and promise away where nobody comes onto the roll."""
        self.link.choices = choices_of({key: ASKED_LINKS[key] for key in links if key in LINKS})
        self.area.choices = choices_of({"": "Choose one"})
        if len(self.link.choices) == 1 and not self.link.data:
            self.link.data = links[0]
        if not named:
            del self.name, self.declared

    def offer_wards(self, wards: Mapping[int, str]) -> None:
        """The wards to choose from, where two fit."""
        self.area.choices = choices_of({"": "Choose one"} | {str(key): name for key, name in wards.items()})

    @property
    def area_id(self) -> int | None:
        """The ward that was chosen."""
        return row_number(self.area.data)

    def declaration(self) -> Declaration:
        """What they said."""
        return declaration_of(self)


class TwoForm(FlaskForm):  # type: ignore[misc]
    """The second steward, on the same tablet."""

    email = EmailField("Their e-mail address", needed="The second steward enters their own e-mail address")
    password = PasswordField("Their password", needed="The second steward enters their own password")


class _CountForm(TwoForm):
    """Numbers of cards and papers, and why they do not add up. The fields of the stacks come with `counts_form`."""

    explanation = ParagraphField("What may have happened?", most=LONGEST_REASON, mark_optional=False)

    def _numbers(self, kind: str) -> dict[int, int | None]:
        start = f"{kind}_"
        return {int(each.name[len(start) :]): each.data for each in self if each.name.startswith(start)}


class OpeningForm(_CountForm):
    """The zero report."""

    box_empty = TickField("We looked into the box together: it is empty, and now it is sealed")

    def counted(self) -> Counted:
        """What was counted."""
        return Counted(
            cards=self._numbers("cards"),
            papers=self._numbers("papers"),
            box_empty=bool(self.box_empty.data),
            explanation=self.explanation.data or "",
        )


class ClosingForm(_CountForm):
    """What is left at the end of the day."""

    in_box = WholeNumberField(
        "Papers in the box", most=MOST_COUNTED, needed="Enter how many papers are in the box, 0 if there are none",
        hint="By your tally: the box stays sealed. 0 if nobody used paper.",
    )  # fmt: skip
    spoilt_papers = WholeNumberField(
        "Papers that were spoilt and swapped",
        most=MOST_COUNTED,
        hint="They go into the envelope.",
        needed="Enter how many papers were spoilt and swapped, 0 if none were",
    )

    def counted(self) -> Counted:
        """What was counted."""
        return Counted(
            cards=self._numbers("cards"),
            papers=self._numbers("papers"),
            kiosks=self._numbers("kiosk"),
            in_box=self.in_box.data if self.in_box else 0,
            spoilt_papers=self.spoilt_papers.data if self.spoilt_papers else 0,
            explanation=self.explanation.data or "",
        )


def counts_form(base: type[Any], stacks: list[tuple[str, Stack]], kiosks: Sequence[Kiosk] = ()) -> Any:
    """A form of `base` with a number for each stack, and for each tablet the number that it shows.

    Where no papers are at the station, nothing is asked of papers.
    """
    papers = any(isinstance(stack, PaperBatch) for _name, stack in stacks)
    fields: dict[str, Any] = {} if papers else {"in_box": None, "spoilt_papers": None}
    for name, stack in stacks:
        what = "Papers" if isinstance(stack, PaperBatch) else "Cards"
        needed = f"Count “{stack.name}” and enter the number, 0 if there is nothing"
        fields[name] = WholeNumberField(f"{what}: {stack.name}", most=MOST_COUNTED, needed=needed)
    for kiosk in kiosks:
        hint = "Press “Steward” on it: “Ballots made here”. Leave it empty if the tablet is dead."
        fields[f"kiosk_{kiosk.id}"] = WholeNumberField(
            f"Number on the tablet “{kiosk.name}”", mark_optional=False, hint=hint
        )
    form: Any = type("StacksForm", (base,), fields)()
    form.stack_names, form.kiosk_names = [name for name, _stack in stacks], [f"kiosk_{each.id}" for each in kiosks]
    # In the order of the page, so that the summary of errors is read in it too.
    order = [*form.stack_names, "in_box", "spoilt_papers", *form.kiosk_names, "explanation", "email", "password"]
    for name in order:
        if name in form:
            form._fields[name] = form._fields.pop(name)
    return form


class TimeForm(Form):
    """One visit of a station: both ends, or neither."""

    starts_at = LondonDateTimeField("From", mark_optional=False)
    ends_at = LondonDateTimeField("Until", mark_optional=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether both ends stand there, or neither; says so beside the one that is missing."""
        sound = bool(super().validate(extra_validators))
        one, other = self.starts_at, self.ends_at
        if sound and bool(one.data) != bool(other.data):
            empty = other if one.data else one
            empty.errors = [*empty.errors, "Enter both: from when, and until when."]
            return False
        return sound


class StationForm(FlaskForm):  # type: ignore[misc]
    """A place that collects ballots."""

    name = TextField("Name", needed="Give the station a name", most=LONGEST_NAME, hint="Such as: Tesco car park.")
    kind = ChoiceField("What is it?", KINDS, needed="Choose what it is")
    place = TextField(
        "Where is it?", most=LONGEST_PLACE, hint="Such as: Kingsway, DN16 2AE, by the main doors. It is public."
    )
    area = MenuField("Ward that it stands in")
    times = FieldList(FormField(TimeForm), max_entries=MOST_TIMES)
    offers = ChoicesField("What is there for people with needs of their own?", OFFERS)
    languages = TextField("Languages that are spoken there", most=LONGEST_PLACE, hint="Such as: English, Polish, Urdu.")
    notes = ParagraphField(
        "How to get there and get in", most=LONGEST_NOTES, hint="Buses, doors, ramps, parking. It is public."
    )

    def wanted(self) -> StationWanted:
        """What the form says."""
        spans = [(each.form.starts_at.data, each.form.ends_at.data) for each in self.times]
        return StationWanted(
            name=self.name.data or "",
            kind=StationKind(self.kind.data),
            place=self.place.data or "",
            notes=self.notes.data or "",
            area_id=int(self.area.data) if self.area.data else None,
            offers=self.offers.data or (),
            languages=self.languages.data or "",
            times=[Span(start, end) if start and end else None for start, end in spans],
        )


class SendForm(FlaskForm):  # type: ignore[misc]
    """A batch of cards or papers that goes to a station."""

    batch = MenuField("Batch", needed="Choose a batch")


class BriefingForm(FlaskForm):  # type: ignore[misc]
    """Who was briefed, and when."""

    steward = MenuField("Who was briefed?", needed="Choose who was briefed")
    given_on = LondonDateField("Day of the briefing", needed="Enter the day of the briefing")

    def offer(self, stewards: list[Steward]) -> None:
        """The people to choose from."""
        self.steward.choices = _people(stewards)


class DutyForm(FlaskForm):  # type: ignore[misc]
    """A line of the rota."""

    station = MenuField("Station", needed="Choose the station")
    steward = MenuField(
        "Steward", needed="Choose the steward", hint="Only somebody whose briefing is noted can be put on."
    )
    starts_at = LondonDateTimeField("From", needed="Enter from when")
    ends_at = LondonDateTimeField("Until", needed="Enter until when")

    def offer(self, stewards: list[Steward], stations: Mapping[int, str]) -> None:
        """The people and places to choose from."""
        self.steward.choices = _people(stewards)
        self.station.choices = choices_of({"": "Choose one"} | {str(key): name for key, name in stations.items()})


def _people(stewards: list[Steward]) -> Any:
    named = {str(each.id): f"{each.name} – {'briefed' if each.briefed_on else 'not briefed'}" for each in stewards}
    return choices_of({"": "Choose one"} | named)
