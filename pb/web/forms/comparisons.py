"""The form with which an officer tries the rule on ballots of the past."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.models.rounds import Round
from pb.web.forms.fields import MenuField, UploadField, choices_of


class TrialForm(FlaskForm):  # type: ignore[misc]
    """An election file, or an earlier round of this council."""

    file = UploadField(
        _l("An election file"),
        mark_optional=False,
        hint=_l("A .pb file of at most 2 MB, such as those of the Pabulib collection. It is not kept."),
    )
    earlier = MenuField(_l("Or an earlier round of ours"), mark_optional=False)

    def offer(self, rounds: Iterable[Round]) -> None:
        """Set the rounds that can be chosen."""
        self.earlier.choices = choices_of({"": _l("None"), **{each.slug: each.title for each in rounds}})
