"""What forms that ask who somebody is have in common."""

from __future__ import annotations

from flask_wtf import FlaskForm

from pb.core.eligibility import Declaration


def declaration_of(form: FlaskForm) -> Declaration:
    """What was filled in of somebody; where no name is asked, they have declared nothing."""
    named = "name" in form
    return Declaration(
        (form.name.data or "") if named else "",
        form.postcode.data or "",
        form.year_of_birth.data,
        form.link.data or "",
        bool(form.declared.data) if named else False,
        form.place_postcode.data or "",
    )
