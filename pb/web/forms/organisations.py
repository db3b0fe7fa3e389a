"""Forms about community groups."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.models.organisations import OrganisationKind
from pb.services.organisations import LIMITS
from pb.web.forms.british import PostcodeField
from pb.web.forms.fields import ChoiceField, TextField

KINDS = {
    OrganisationKind.UNINCORPORATED: _l("Community group or club with its own rules"),
    OrganisationKind.RESIDENTS: _l("Residents’ or tenants’ association"),
    OrganisationKind.CHARITY: _l("Registered charity"),
    OrganisationKind.CIO: _l("Charitable incorporated organisation"),
    OrganisationKind.CIC: _l("Community interest company"),
    OrganisationKind.COMPANY: _l("Company limited by guarantee"),
    OrganisationKind.PTA: _l("Parent teacher association"),
    OrganisationKind.SCHOOL: _l("School"),
    OrganisationKind.FAITH: _l("Faith group"),
    OrganisationKind.PARISH: _l("Parish or town council"),
    OrganisationKind.OTHER: _l("Something else"),
}


class OrganisationForm(FlaskForm):  # type: ignore[misc]
    """A group as its contact describes it."""

    name = TextField(
        _l("Name of the group"),
        needed=_l("Enter the name of the group"),
        most=LIMITS["name"],
        hint=_l("As it stands in its rules and on its bank account."),
    )
    kind = ChoiceField(
        _l("What kind of group is it?"),
        KINDS,
        coerce=lambda value: OrganisationKind(value),
        needed=_l("Choose the kind that fits best"),
    )
    registration = TextField(
        _l("Charity or company number"), most=LIMITS["registration"], hint=_l("Leave this empty if it has none.")
    )
    address = TextField(
        _l("Address"), most=LIMITS["address"], hint=_l("Where post reaches the group."), mark_optional=False
    )
    postcode = PostcodeField(_l("Postcode"), mark_optional=False)
    active_in = TextField(
        _l("Where is the group active?"),
        most=LIMITS["active_in"],
        hint=_l("An area, a village or streets. This is shown to voters, the address is not."),
        mark_optional=False,
    )


class AddOrganisationForm(OrganisationForm):
    """A group that a contact adds, and what they do there."""

    role_there = TextField(
        _l("Your role in the group"), most=80, hint=_l("Such as chair or treasurer."), mark_optional=False
    )
