"""Forms of people who vote: a code, or a declaration. What is good is for the services to say; here is the shape."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from pb.core.eligibility import LINKS
from pb.models.rounds import Policy
from pb.services.rights import DECLARING, Claim
from pb.services.voting import VotingRound
from pb.web.forms.british import PostcodeField, YearOfBirthField
from pb.web.forms.declarations import declaration_of
from pb.web.forms.fields import ChoiceField, CodeField, TextField, TickField, choices_of
from pb.web.odd_requests import row_number

LONGEST_CODE = 120


class CardForm(FlaskForm):  # type: ignore[misc]
    """The code from a card, on the page that cards lead to."""

    code = CodeField(_l("Code on your card"), most=LONGEST_CODE, mark_optional=False)


class CodeForm(CardForm):
    """The code from a card, and the ward where the card leaves it open."""

    area = ChoiceField(_l("Which area do you live in?"), mark_optional=False)
    assisted = TickField(_l("I am helping this person to vote, because they asked me to."))

    def claim(self) -> Claim:
        """What the voter brings."""
        return Claim(self.code.data or "", area_id=row_number(self.area.data))


class DeclarationForm(FlaskForm):  # type: ignore[misc]
    """Name, postcode, year of birth, the link to the area, and that this is the person's only ballot."""

    name = TextField(_l("Full name"), most=120, mark_optional=False)
    postcode = PostcodeField(_l("Your home postcode"), mark_optional=False)
    year_of_birth = YearOfBirthField(_l("Year you were born"), mark_optional=False)
    link = ChoiceField(_l("What links you to this area?"), mark_optional=False)
    place_postcode = PostcodeField(_l("Postcode of that place"), mark_optional=False)
    area = ChoiceField(_l("Which area are you voting in?"), mark_optional=False)
    code = CodeField(_l("Code on your card"), most=LONGEST_CODE, mark_optional=False)
    contact = TextField(_l("E-mail address or mobile number"), most=254, mark_optional=False)
    declared = TickField(_l("What I have told you is true, and this is my only ballot in this round."))
    assisted = TickField(_l("I am helping this person to vote, because they asked me to."))

    def claim(self) -> Claim:
        """What the voter brings."""
        declaration = declaration_of(self)
        contact = (self.contact.data or "") if "contact" in self else ""
        return Claim(self.code.data or "", declaration, row_number(self.area.data), contact=contact)


class OneTimeForm(FlaskForm):  # type: ignore[misc]
    """The code that was sent to an e-mail address or a mobile number."""

    carried = HiddenField()
    one_time = TextField(_l("Code that we sent you"), most=LONGEST_CODE, mark_optional=False)


def form_for(the_round: VotingRound, wards: Mapping[int, str], *, helper: bool = False) -> CodeForm | DeclarationForm:
    """The form that a round's policy asks for, with its links and wards to choose from.

    `helper`: a steward or officer is signed in, who may say that they help somebody.
    """
    form = DeclarationForm() if the_round.policy in DECLARING else CodeForm()
    if not helper:
        del form.assisted
    if the_round.policy == Policy.INVITED:
        form.code.label.text = _l("Your code")
    if isinstance(form, DeclarationForm) and the_round.policy != Policy.CONTACT:
        del form.contact
    form.area.choices = choices_of({str(area_id): name for area_id, name in wards.items()})
    if isinstance(form, DeclarationForm):
        labels = {key: _l(LINKS[key].label) for key in the_round.links if key in LINKS}
        form.link.choices = choices_of(labels)
        if len(labels) == 1:
            form.link.data = next(iter(labels))
    return form
