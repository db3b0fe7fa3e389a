"""Faults on a form: a service's refusal beside its fields, and the links of the summary at the top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, FieldList, FormField
from wtforms.form import BaseForm

from pb.core.errors import Fault, Refusal, Refusals


def sentence(fault: Fault) -> str:
    """A fault in the reader's language."""
    return str(_(fault.message) % dict(fault.params) if fault.params else _(fault.message))


def show_refusal(form: BaseForm, refusal: Refusal) -> None:
    """Put a service's refusal beside the fields that it names; what names none stands in the summary alone."""
    for fault in refusal.faults if isinstance(refusal, Refusals) else [refusal.fault]:
        field = _called(form, fault.field)
        if field is None:
            form.form_errors.append(sentence(fault))
        else:
            field.errors = [*field.errors, sentence(fault)]
    _tell_lists(form)


def _tell_lists(form: BaseForm) -> None:
    """Let a list of rows know its rows' errors, as it does where it finds them itself: the form then has failed."""
    for field in form:
        if isinstance(field, FieldList) and any(row.errors for row in field.entries):
            texts = [error for error in field.errors if isinstance(error, str)]
            field.errors = [*texts, *(row.errors for row in field.entries)]


def _called(form: BaseForm, name: str) -> Field | None:
    """The field with this name, in a row of the form too: `pots-2-amount`."""
    for field in form:
        if field.name == name:
            return field
        rows = field.entries if isinstance(field, FieldList) else []
        inner = [row.form for row in rows if isinstance(row, FormField)]
        inner += [field.form] if isinstance(field, FormField) else []
        for each in inner:
            found = _called(each, name)
            if found is not None:
                return found
    return None


def error_links(form: BaseForm | None, faults: Iterable[Fault] = ()) -> list[dict[str, str]]:
    """The lines of the error summary: text, and the address of the input that it is about, where there is one."""
    lines = list(_lines(form)) if form is not None else []
    told = _told_apart(lines)
    return told + [{"text": sentence(fault), "href": f"#{fault.field}" if fault.field else ""} for fault in faults]


def _told_apart(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    """The lines without their labels; a sentence that stands there more than once is led by its field's label."""
    often = Counter(line["text"] for line in lines)
    led = [(line, f"{line['label']}: " if often[line["text"]] > 1 and line["label"] else "") for line in lines]
    return [{"text": label + line["text"], "href": line["href"]} for line, label in led]


def _lines(form: Any) -> Iterator[dict[str, str]]:
    for error in form.form_errors:
        yield {"text": str(error), "href": "", "label": ""}
    for field in form:
        yield from _field_lines(field)


def _field_lines(field: Field) -> Iterator[dict[str, str]]:
    if isinstance(field, FormField):
        yield from _lines(field.form)
        return
    if isinstance(field, FieldList) and field.entries:
        # a list's own errors are texts, the others those of its rows
        yield from (
            {"text": error, "href": f"#{field.id}", "label": ""} for error in field.errors if isinstance(error, str)
        )
        for entry in field.entries:
            yield from _field_lines(entry)
        return
    for error in field.errors[:1]:
        href = "" if field.type == "CSRFTokenField" else f"#{_target(field)}"
        yield {"text": str(error), "href": href, "label": str(field.label.text)}


def _target(field: Field) -> str:
    """The input that a link to the field's error focuses."""
    part = getattr(field.widget, "first_part", "")
    return f"{field.id}-{part}" if part else str(field.id)
