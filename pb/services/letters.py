"""Letters and texts: what an e-mail or a text message says, from a file per kind and language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pb.config import PROJECT
from pb.extensions import present

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Letter:
    """An e-mail in plain text to one address."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Text:
    """A text message to one mobile number, `+447700900123`."""

    to: str
    text: str


@cache
def _environment(name: str) -> Environment:
    installed = PACKAGE / "_templates"
    folder = (installed if installed.is_dir() else PROJECT / "templates") / name
    return Environment(
        loader=FileSystemLoader(folder),
        # Plain text is not HTML: escaping would put "&amp;" into people's names. A page among them would be escaped.
        autoescape=select_autoescape(default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write_letter(kind: str, to: str, language: str, **context: object) -> Letter:
    """The letter of a `kind`: templates/email/<kind>.cy.txt where the language is Welsh and there is one, else
    templates/email/<kind>.txt. The file's first line is the subject.
    """
    subject, _line, body = _written("email", kind, language, context).partition("\n")
    return Letter(to=to, subject=" ".join(subject.split()), text=body.strip() + "\n")


def write_text(kind: str, to: str, language: str, **context: object) -> Text:
    """The text message of a `kind`, in Welsh where the language is Welsh, from templates/text."""
    return Text(to=to, text=_written("text", kind, language, context).strip())


def _written(folder: str, kind: str, language: str, context: Mapping[str, object]) -> str:
    names = [f"{kind}.{language.split('_')[0]}.txt", f"{kind}.txt"]
    settings = present.settings
    return str(
        _environment(folder)
        .select_template(names)
        .render(
            council=settings.council_name,
            home=settings.public_url,
            contact_email=settings.contact_email,
            contact_phone=settings.contact_phone,
            **context,
        )
    )
