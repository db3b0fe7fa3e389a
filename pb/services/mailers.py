"""How a letter leaves: not at all, printed, or by SMTP."""

from __future__ import annotations

import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Protocol

from pb.extensions import present
from pb.services.letters import Letter

TIMEOUT_SECONDS = 20


class Mailer(Protocol):
    """Something that takes letters away. Raises OSError (smtplib's errors are such) when it cannot."""

    def send(self, letter: Letter) -> None:
        """Take one letter."""


class NullMailer:
    """Keeps letters where they are, in the outbox."""

    def send(self, letter: Letter) -> None:
        """Nothing leaves."""


class ConsoleMailer:
    """Prints letters for whoever runs the server."""

    def send(self, letter: Letter) -> None:
        """Print it."""
        sys.stderr.write(f"\n--- e-mail to {letter.to}\n--- {letter.subject}\n{letter.text}---\n")


class SmtpMailer:
    """Hands letters to the council's mail server."""

    def send(self, letter: Letter) -> None:
        """Send one, over an encrypted connection unless the setting says otherwise."""
        settings = present.settings
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(_as_email(letter, settings.mail_sender))


def _as_email(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message["Date"] = format_datetime(present.now())
    message["Message-ID"] = make_msgid(domain=sender.rsplit("@", 1)[-1].strip("> "))
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday notice answers
    message.set_content(letter.text)
    return message


MAILERS: dict[str, type[Mailer]] = {"null": NullMailer, "console": ConsoleMailer, "smtp": SmtpMailer}
