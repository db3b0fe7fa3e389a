"""How fields are drawn: the widgets of govuk-frontend-wtf, with their faults mended and in every language.

Mended: a date's error link focuses its day; no empty hint element; every word translatable; a browser does not
refuse a form in its own words before the server says what is wrong in ours; three parts of a date that are not
three break nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from govuk_frontend_wtf import wtforms_widgets as govuk
from markupsafe import Markup
from wtforms import Field

Params = dict[str, Any]

PASSED_ON = ("autocomplete", "inputmode", "spellcheck", "rows")


class Look:
    """Mixed in before a govuk widget: applies what the macro `field` in components/forms.html was asked for."""

    grouped = False  # whether the label is a fieldset's legend
    helps: Mapping[str, Any] = {}  # params that help people fill the field in, where a page does not say otherwise
    own_classes = ""

    def map_gov_params(self, field: Field, **kwargs: Any) -> Params:
        """The params of the govuk macro."""
        look = kwargs.pop("look", None) or {}
        kwargs.pop("required", None)
        params: Params = super().map_gov_params(field, **kwargs)  # type: ignore[misc]
        _say(params, field, look)
        _entitle(params, field, look, grouped=self.grouped)
        _size(params, look)
        params.update({name: value for name, value in self.helps.items() if name not in params})
        params["classes"] = f"{params['classes']} {self.own_classes}".strip()
        self.finish(params, field, look)
        return params

    def finish(self, params: Params, field: Field, look: Mapping[str, Any]) -> None:
        """What one kind of widget adds."""


def _say(params: Params, field: Field, look: Mapping[str, Any]) -> None:
    """The hint, where there is one, and the error."""
    params.pop("hint", None)
    if look.get("hint_html"):
        params["hint"] = {"html": look["hint_html"]}
    elif look.get("hint") or field.description:
        params["hint"] = {"text": str(look.get("hint") or field.description)}
    if field.errors:
        params["errorMessage"] = {"text": str(field.errors[0]), "visuallyHiddenText": _("Error")}


def _entitle(params: Params, field: Field, look: Mapping[str, Any], *, grouped: bool) -> None:
    """The label, or the legend of a group."""
    text = str(field.label.text)
    if getattr(field, "mark_optional", False):
        text = _("%(label)s (optional)", label=text)
    kind = "fieldset__legend" if grouped else "label"
    size = look.get("label") or ("l" if look.get("heading") else "")
    title = {
        "text": text,
        "classes": f"govuk-{kind}--{size}" if size else "",
        "isPageHeading": bool(look.get("heading")),
    }
    if grouped:
        params["fieldset"] = {"legend": title}
    else:
        params["label"] = title


def _size(params: Params, look: Mapping[str, Any]) -> None:
    """Width, affixes and attributes."""
    width = str(look.get("width") or "")
    classes = [str(look.get("classes") or "")]
    if width:
        classes.append(f"govuk-input--width-{width}" if width.isdigit() else f"govuk-!-width-{width}")
    params["classes"] = " ".join(filter(None, [params.get("classes", ""), *classes]))
    for affix in ("prefix", "suffix"):
        if look.get(affix):
            params[affix] = {"text": look[affix]}
    for name in PASSED_ON:
        if look.get(name) not in (None, ""):
            params[name] = look[name]
    params["attributes"] = {**params.get("attributes", {}), **(look.get("attributes") or {})}


class TextInput(Look, govuk.GovTextInput):  # type: ignore[misc]
    """One line of text."""


class EmailInput(TextInput):
    """An e-mail address."""

    input_type = "email"
    helps = {"autocomplete": "email", "spellcheck": False}


class PhoneInput(TextInput):
    """A telephone number."""

    input_type = "tel"
    helps = {"autocomplete": "tel"}


class WholeNumberInput(TextInput):
    """A whole number: text with the keypad of figures, since type=number changes when a page is scrolled."""

    helps = {"inputmode": "numeric", "spellcheck": False}


class MoneyInput(TextInput):
    """An amount with its currency sign before it."""

    helps = {"inputmode": "decimal", "spellcheck": False}

    def finish(self, params: Params, field: Field, look: Mapping[str, Any]) -> None:
        """The sign, and room for ten figures."""
        params.setdefault("prefix", {"text": getattr(field, "sign", "£")})
        if not look.get("width"):
            params["classes"] = f"{params['classes']} govuk-input--width-10".strip()


class CodeInput(TextInput):
    """A code from a card: figures and letters, nothing a browser should mend or remember."""

    helps = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": False}
    own_classes = "govuk-input--extra-letter-spacing govuk-input--width-20"


class PasswordInput(Look, govuk.GovPasswordInput):  # type: ignore[misc]
    """A password, with a button that shows it where scripts run."""

    def finish(self, params: Params, field: Field, look: Mapping[str, Any]) -> None:  # noqa: ARG002 - Look's shape
        """The words of the button."""
        params.update(
            showPasswordText=_("Show"),
            hidePasswordText=_("Hide"),
            showPasswordAriaLabelText=_("Show password"),
            hidePasswordAriaLabelText=_("Hide password"),
            passwordShownAnnouncementText=_("Your password is visible"),
            passwordHiddenAnnouncementText=_("Your password is hidden"),
        )


class TextArea(Look, govuk.GovCharacterCount):  # type: ignore[misc]
    """Several lines of text; counts characters where the field has a most."""

    def finish(self, params: Params, field: Field, look: Mapping[str, Any]) -> None:
        """The count, or a plain text area where there is no limit."""
        most = look.get("count") or getattr(field, "most", None)
        if most:
            params.update(maxlength=most, threshold=50, **_count_words())

    def render(self, params: Params) -> Any:
        """Draw it, with the count only where there is one."""
        kind = "charactercount" if "maxlength" in params else "textarea"
        return Markup(render_template(f"govuk_frontend_wtf/{kind}.html", params=params))  # noqa: S704 - escaped there


def _count_words() -> Params:
    """What a counted text area says; %{count} is filled in by the browser."""
    left = {"one": _("You have %{count} character left"), "other": _("You have %{count} characters left")}
    over = {"one": _("You have %{count} character too many"), "other": _("You have %{count} characters too many")}
    return {
        "textareaDescriptionText": _("You can enter up to %{count} characters"),
        "charactersUnderLimitText": left,
        "charactersAtLimitText": _("You have 0 characters left"),
        "charactersOverLimitText": over,
    }


class _Choices(Look):
    grouped = True

    def finish(self, params: Params, field: Field, look: Mapping[str, Any]) -> None:
        """Link errors to the first choice; lay the choices out."""
        params["idPrefix"] = field.id
        kind = "radios" if isinstance(self, Radios) else "checkboxes"
        laid = [f"govuk-{kind}--{way}" for way in ("inline", "small") if look.get(way)]
        params["classes"] = " ".join(filter(None, [params["classes"], *laid]))
        for item, extra in zip(params["items"], look.get("items") or [], strict=False):
            item.update(extra or {})


class Radios(_Choices, govuk.GovRadioInput):  # type: ignore[misc]
    """One of several choices."""


class Checkboxes(_Choices, govuk.GovCheckboxesInput):  # type: ignore[misc]
    """Any of several choices."""


class Tick(_Choices, govuk.GovCheckboxInput):  # type: ignore[misc]
    """One box to tick, whose label is the statement."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> Params:
        """A single box needs no legend: its label says all."""
        look = kwargs.get("look") or {}
        items = kwargs["items"]
        params: Params = {"name": field.name, "items": [{**items[0], "value": "y", "text": str(field.label.text)}]}
        _say(params, field, look)
        _size(params, look)
        self.finish(params, field, look)
        return params


class Select(Look, govuk.GovSelect):  # type: ignore[misc]
    """One of many choices, in a menu."""


class FileInput(Look, govuk.GovFileInput):  # type: ignore[misc]
    """A file from the person's device."""


class DateParts(Look):
    """A day, month and year, and with `with_time` a time of day, in a group; all parts carry the field's name."""

    grouped = True
    first_part = "day"
    template = "govuk_frontend_wtf/date.html"

    def __init__(self, *, with_time: bool = False) -> None:
        self.with_time = with_time

    def __call__(self, field: Field, **kwargs: Any) -> Any:
        """Draw the field."""
        return govuk.GovFormBase.render(self, self.map_gov_params(field, **kwargs))

    def map_gov_params(self, field: Field, **kwargs: Any) -> Params:
        """The params of govukDateInput."""
        look = kwargs.get("look") or {}
        params: Params = {"id": field.id, "items": self._items(field)}
        _say(params, field, look)
        _entitle(params, field, look, grouped=True)
        return params

    def _items(self, field: Field) -> list[Params]:
        parts = [("day", _("Day"), 2), ("month", _("Month"), 2), ("year", _("Year"), 4)]
        if self.with_time:
            parts.append(("time", _("Time"), 5))
        values = [*_shown(field), "", "", "", ""]
        wrong = " govuk-input--error" if field.errors else ""
        return [
            {
                "label": label,
                "id": f"{field.id}-{part}",
                "name": field.name,
                "classes": f"govuk-input--width-{width}{wrong}",
                "value": value,
                "inputmode": "text" if part == "time" else "numeric",
            }
            for (part, label, width), value in zip(parts, values, strict=False)
        ]


def _shown(field: Any) -> list[str]:
    """The parts as the field shows them."""
    return list(field.shown())
