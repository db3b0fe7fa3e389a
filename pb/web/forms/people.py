"""The two fields by which a form tells people from programs: one that stays empty, and when the form was shown."""

from __future__ import annotations

from flask import request

from pb.services.programs import form_begun, refuse_programs

#: What programs like to fill in, and no browser does for its owner.
LEFT_EMPTY, BEGUN = "website", "begun"


def begun() -> str:
    """What a form carries from its first showing on; a template calls it (`people_only` of components/forms.html)."""
    return form_begun(request.form.get(BEGUN, ""))


def refuse_programs_here() -> None:
    """Refuse the form that was sent where a program filled it in. Raises as `refuse_programs`."""
    sent = request.form
    refuse_programs(sent.get(BEGUN, ""), sent.get(LEFT_EMPTY, ""), address=request.remote_addr or "")
