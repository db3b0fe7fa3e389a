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
from pb.models.rounds import Policy, Round
from pb.models.stations import Station
from pb.services.paper_declarations import ASIDE_REASONS
from pb.services.paper_faults import LONGEST_NAME, MOST_PAPERS
from pb.services.papers import PapersWanted
from pb.services.postal import LONGEST_ADDRESS, PostalWanted
from pb.services.rights import DECLARING
from pb.web.forms.british import LondonDateTimeField, PostcodeField, YearOfBirthField
from pb.web.forms.corrections import CorrectableForm
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
#: What lets a paper count: of each choice, whether it has a field for a code, and whether a sheet to declare on.
RIGHTS = {"given": (False, False), "code": (True, False), "code_sheet": (True, True), "sheet": (False, True)}
#: The same in words, where people declare and where they do not.
DECLARED_RIGHTS = {
    "given": _l("It is handed or posted to somebody who is put on the roll for it"),
    "code": _l("It carries the code of a card whose holder a steward put on the roll"),
    "code_sheet": _l(
        "It carries the code of a card, and a sheet says who its voter is (cards for which voters declare)"
    ),
    "sheet": _l("A sheet says who its voter is (anybody may take a paper)"),
}
OTHER_RIGHTS = {
    "given": _l("It is handed to somebody who may vote, by a steward at a station"),
    "code": _l("It carries the code of a card"),
}
INVITED_RIGHTS = {"code": _l("It carries the code of an invitation")}


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
    station = MenuField(_l("Station"), mark_optional=False)
    right = ChoiceField(_l("What lets a paper count?"), needed=_l("Choose what lets a paper count"))
    serial_on_slip = TickField(_l("Print the serial on the paper itself, not only on its stub."))
    returns_by = LondonDateTimeField(_l("Papers come back until"), hint=_l("Leave empty for the close of the vote."))

    def offer(self, the_round: Round, stations: Iterable[Station]) -> PapersForm:
        """With the areas and stations of the round to choose from, and what may let a paper count in it."""
        rights = DECLARED_RIGHTS if the_round.policy in DECLARING else OTHER_RIGHTS
        self.right.choices = choices_of(INVITED_RIGHTS if the_round.policy == Policy.INVITED else rights)
        anywhere = {"": _("The whole round")}
        self.area.choices = choices_of(anywhere | {str(area.id): area.name for area in the_round.areas})
        nowhere = {"": _("None")}
        self.station.choices = choices_of(nowhere | {str(each.id): each.name for each in stations})
        return self

    def wanted(self) -> PapersWanted:
        """What is asked for."""
        with_code, declares = RIGHTS.get(self.right.data or "", (False, False))
        return PapersWanted(
            name=self.name.data or "",
            printed=self.printed.data or 0,
            channel=self.channel.data or "",
            area_id=int(self.area.data) if self.area.data else None,
            station_id=int(self.station.data) if self.station.data else None,
            format=PaperFormat(self.format.data or PaperFormat.STANDARD),
            language=self.language.data or "en",
            with_code=with_code,
            declares=declares,
            serial_on_slip=bool(self.serial_on_slip.data),
            returns_by=self.returns_by.data,
        )


class PaperCountsForm(CorrectableForm):
    """The papers of a batch, counted by hand."""

    issued = WholeNumberField(
        _l("Given out"), most=MOST_PAPERS, mark_optional=False, hint=_l("To begin with and in place of others.")
    )
    unused = WholeNumberField(_l("Unused"), most=MOST_PAPERS, mark_optional=False, hint=_l("Never given out."))
    missing = WholeNumberField(
        _l("Missing"), most=MOST_PAPERS, mark_optional=False, hint=_l("Given to nobody, and not there any more.")
    )
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


def right_words(the_round: Round, *, with_code: bool, declares: bool) -> str:
    """What lets a paper of a batch count, in words."""
    words = DECLARED_RIGHTS if the_round.policy in DECLARING else OTHER_RIGHTS
    words = INVITED_RIGHTS if the_round.policy == Policy.INVITED else words
    key = next(key for key, asked in RIGHTS.items() if asked == (with_code, declares))
    return str(words.get(key, ""))
