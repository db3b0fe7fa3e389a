"""A form made from the description of settings, so that every ballot type, rule and allocation has its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field

from pb.core.settings import Described, Settings
from pb.web.forms.british import MoneyField
from pb.web.forms.fields import ChoiceField, TickField, WholeNumberField

MOST = 1_000_000


class SettingField(WholeNumberField):
    """A whole number that may be below nought."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the figures, with or without a minus sign. Raises ValueError with a plain sentence."""
        text = str(valuelist[0]).strip().replace("−", "-") if valuelist else ""
        if not text.startswith("-"):
            super().process_formdata(valuelist)
            return
        super_least, self.least = self.least, min(self.least, 0)
        try:
            super().process_formdata([text[1:]] if self.least < 0 else ["?"])
        finally:
            self.least = super_least
        self.data = None if self.data is None else -self.data
        if self.data is not None and self.data < self.least:
            raise ValueError(_("Enter a number from %(least)s to %(most)s", least=self.least, most=self.most))


def settings_form(*kinds: type[Settings]) -> type[FlaskForm]:
    """A form class with one field for each setting of `kinds`; its names are those of the settings."""
    fields = {each.name: _field(each) for kind in kinds for each in kind.described()}
    return type("SettingsForm", (FlaskForm,), fields)


def chosen(form: FlaskForm, kind: type[Settings]) -> dict[str, Any]:
    """What a form says about the settings of one kind, as plain data."""
    return {each.name: form[each.name].data for each in kind.described()}


def settings_data(stored: Mapping[str, Any], kind: type[Settings]) -> dict[str, Any]:
    """What stands in the form at first: what is stored over the defaults."""
    return {each.name: stored.get(each.name, each.default) for each in kind.described()}


def _field(setting: Described) -> Field:
    label, help_ = _(setting.label), _(setting.help) if setting.help else ""
    if setting.kind == "yes_no":
        return TickField(label, hint=help_)
    if setting.kind == "choice":
        choices = {value: _(text) for value, text in setting.choices}
        return ChoiceField(label, choices, hint=help_, needed=_("Choose one of the listed answers."))
    needed = None if setting.optional else _("Enter a number.")
    if setting.kind == "money":
        return MoneyField(label, hint=help_, needed=needed, least=setting.least)
    return SettingField(label, hint=help_, needed=needed, least=setting.least, most=setting.most or MOST)
