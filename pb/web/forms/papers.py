"""Forms of the officers' pages about paper: batches, counts, drop points, requests by post, a list of keyed papers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.core.eligibility import LINKS, Declaration
from pb.core.paper_marks import VOID_REASONS
from pb.models.papers import PaperFormat
from pb.models.rounds import Round
from pb.models.stations import Station
from pb.services.paper_declarations import ASIDE_REASONS
from pb.services.papers import LONGEST_NAME, MOST_PAPERS, PapersWanted
from pb.services.postal import LONGEST_ADDRESS, PostalWanted
from pb.web.forms.british import LondonDateTimeField, PostcodeField, YearOfBirthField
from pb.web.forms.declarations import declaration_of
from pb.web.forms.fields import (
    ChoiceField,
    MenuField,
    ParagraphField,
    TextField,
    TickField,
    UploadField,
    WholeNumberField,
    choices_of,
)

CHANNELS = {
    "paper": _l("In a ballot box at a place or drop point"),
    "post": _l("By post"),
    "event": _l("In the hall, as a scoring slip"),
}
FORMATS = {
    PaperFormat.STANDARD.value: _l("Standard"),
    PaperFormat.LARGE.value: _l("Large print (18 point)"),
    PaperFormat.EASY.value: _l("Easy read"),
}
LANGUAGES = {"en": "English", "cy": "Cymraeg"}


class PapersForm(FlaskForm):  # type: ignore[misc]
    """A batch of papers."""

    name = TextField(
        _l("Name of the batch"),
        needed=_l("Give the batch a name"),
        most=LONGEST_NAME,
        hint=_l("Such as the place it is for: Central Library."),
    )
    printed = WholeNumberField(
        _l("How many papers"), needed=_l("Enter how many papers you need"), least=1, most=MOST_PAPERS
    )
    channel = ChoiceField(_l("How do they come back?"), CHANNELS, needed=_l("Choose how the papers come back"))
    format = ChoiceField(_l("Format"), FORMATS, default=PaperFormat.STANDARD.value, mark_optional=False)
    language = ChoiceField(_l("Language"), LANGUAGES, default="en", mark_optional=False)
    area = MenuField(_l("Area"))
    station = MenuField(_l("Station"))
    with_code = TickField(_l("Each paper needs the code of a card, and has a field for it."))
    declares = TickField(_l("Anybody may take one, so each has a slip on which its voter says who they are."))
    serial_on_slip = TickField(_l("Print the serial on the paper itself, not only on its stub."))
    returns_by = LondonDateTimeField(_l("Papers come back until"), hint=_l("Leave empty for the close of the vote."))

    def offer(self, the_round: Round, stations: Iterable[Station]) -> PapersForm:
        """With the areas and stations of the round to choose from."""
        anywhere = {"": _("The whole round")}
        self.area.choices = choices_of(anywhere | {str(area.id): area.name for area in the_round.areas})
        nowhere = {"": _("None")}
        self.station.choices = choices_of(nowhere | {str(each.id): each.name for each in stations})
        return self

    def wanted(self) -> PapersWanted:
        """What is asked for."""
        return PapersWanted(
            name=self.name.data or "",
            printed=self.printed.data or 0,
            channel=self.channel.data or "",
            area_id=int(self.area.data) if self.area.data else None,
            station_id=int(self.station.data) if self.station.data else None,
            format=PaperFormat(self.format.data or PaperFormat.STANDARD),
            language=self.language.data or "en",
            with_code=bool(self.with_code.data),
            declares=bool(self.declares.data),
            serial_on_slip=bool(self.serial_on_slip.data),
            returns_by=self.returns_by.data,
        )


class PaperCountsForm(FlaskForm):  # type: ignore[misc]
    """The papers of a batch, counted by hand."""

    issued = WholeNumberField(
        _l("Given out"), most=MOST_PAPERS, mark_optional=False, hint=_l("To begin with and in place of others.")
    )
    unused = WholeNumberField(_l("Unused"), most=MOST_PAPERS, mark_optional=False, hint=_l("Never given out."))
    spoilt = WholeNumberField(
        _l("Spoilt and swapped"), most=MOST_PAPERS, mark_optional=False, hint=_l("Given back for another one.")
    )
    not_returned = WholeNumberField(
        _l("Not returned"), most=MOST_PAPERS, mark_optional=False, hint=_l("Given out, and not in the box.")
    )
    in_box = WholeNumberField(
        _l("In the box"),
        most=MOST_PAPERS,
        mark_optional=False,
        hint=_l("Counted when the box is unsealed. No more papers than these can be keyed."),
    )


class VisitForm(FlaskForm):  # type: ignore[misc]
    """A visit to a drop point."""

    station = MenuField(_l("Drop point"), needed=_l("Choose the drop point"))
    left = WholeNumberField(_l("Papers left there"), most=MOST_PAPERS, mark_optional=False)
    collected = WholeNumberField(_l("Papers brought from its box"), most=MOST_PAPERS, mark_optional=False)

    def offer(self, stations: Iterable[Station]) -> VisitForm:
        """With the drop points of the round to choose from."""
        self.station.choices = choices_of({"": _("Choose")} | {str(each.id): each.name for each in stations})
        return self


class SettleCodeForm(FlaskForm):  # type: ignore[misc]
    """What becomes of a paper whose code opens no right to vote."""

    void = MenuField(_l("The paper is void because of"))

    def offer(self) -> SettleCodeForm:
        """With the reasons to choose from."""
        again = {"": _("Not void: look at the code once more")}
        self.void.choices = choices_of(again | {key: _(words) for key, words in VOID_REASONS.items()})
        return self


class TakeBackForm(FlaskForm):  # type: ignore[misc]
    """One's own entry of a paper, to be taken back."""

    number = WholeNumberField(
        _l("Number of the paper"), needed=_l("Enter the number of the paper"), least=1, most=MOST_PAPERS
    )


class KeyedListForm(FlaskForm):  # type: ignore[misc]
    """A spreadsheet of keyed papers."""

    file = UploadField(_l("Spreadsheet"), needed=_l("Choose a file"), hint=_l("CSV or XLSX, with a row of headings."))


class AsideForm(FlaskForm):  # type: ignore[misc]
    """Why a paper is set aside unread, by its declaration."""

    void = MenuField(_l("The paper is void because of"), needed=_l("Choose the reason"))

    def offer(self) -> AsideForm:
        """With the reasons to choose from."""
        reasons = {key: _(VOID_REASONS[key]) for key in ASIDE_REASONS}
        self.void.choices = choices_of({"": _("Choose")} | reasons)
        return self


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Somebody's declaration, as an officer reads it from a slip or hears it."""

    name = TextField(_l("Full name"), most=120, mark_optional=False)
    postcode = PostcodeField(_l("Home postcode"), mark_optional=False)
    year_of_birth = YearOfBirthField(_l("Year they were born"), mark_optional=False)
    link = ChoiceField(_l("What links them to the area?"), mark_optional=False)
    place_postcode = PostcodeField(
        _l("Postcode of that place"), mark_optional=False, hint=_l("Only where they do not live there.")
    )
    declared = TickField(_l("They say that this is true, and that it is their only ballot in this round."))

    def offer(self, the_round: Round) -> Self:
        """With the links of the round to choose from."""
        self.link.choices = choices_of({each: _(LINKS[each].label) for each in the_round.links if each in LINKS})
        return self

    def declaration(self) -> Declaration:
        """Who they say they are."""
        return declaration_of(self)


class PostalForm(PersonForm):
    """A request for a paper by post, as somebody reads it out on the telephone."""

    area = MenuField(_l("Area"), hint=_l("Only where they may vote in two."))
    address = ParagraphField(
        _l("Address that the paper goes to"), most=LONGEST_ADDRESS, mark_optional=False, hint=_l("Without the name.")
    )
    format = ChoiceField(_l("Format"), FORMATS, default=PaperFormat.STANDARD.value, mark_optional=False)
    language = ChoiceField(_l("Language"), LANGUAGES, default="en", mark_optional=False)

    def offer(self, the_round: Round) -> Self:
        """With the links and areas of the round to choose from."""
        found = {"": _("By the postcode")} | {str(area.id): area.name for area in the_round.areas}
        self.area.choices = choices_of(found)
        return super().offer(the_round)

    def wanted(self) -> PostalWanted:
        """What is asked for."""
        return PostalWanted(
            self.declaration(),
            self.address.data or "",
            PaperFormat(self.format.data or PaperFormat.STANDARD),
            self.language.data or "en",
            int(self.area.data) if self.area.data else None,
        )
