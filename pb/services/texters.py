"""How a text message leaves: not at all, printed, or by GOV.UK Notify."""

from __future__ import annotations

import sys
from typing import Any, Protocol

from pb.extensions import present
from pb.services.letters import Text

TIMEOUT_SECONDS = 20


class Texter(Protocol):
    """Something that takes text messages away. Raises OSError when it cannot."""

    def send(self, text: Text) -> None:
        """Take one text message."""


class NullTexter:
    """Keeps text messages where they are, in the outbox."""

    def send(self, text: Text) -> None:
        """Nothing leaves."""


class ConsoleTexter:
    """Prints text messages for whoever runs the server."""

    def send(self, text: Text) -> None:
        """Print it."""
        sys.stderr.write(f"\n--- text to {text.to}\n{text.text}\n---\n")


class NotSent(OSError):
    """GOV.UK Notify did not take a text message; `errno` is the status of its answer."""


class NotifyTexter:
    """Hands text messages to GOV.UK Notify, through its own client (the extra `notify`)."""

    def __init__(self, address: str = "https://api.notifications.service.gov.uk") -> None:
        self._address = address

    def send(self, text: Text) -> None:
        """Send one. Raises NotSent with Notify's status, never with its words, which may hold the number."""
        from notifications_python_client.errors import APIError  # an extra, which few installations need
        from notifications_python_client.notifications import NotificationsAPIClient

        settings = present.settings
        client: Any = NotificationsAPIClient(  # type: ignore[no-untyped-call]
            settings.notify_key, base_url=self._address, timeout=TIMEOUT_SECONDS
        )
        try:
            client.send_sms_notification(text.to, settings.notify_template, personalisation={"text": text.text})
        except APIError as error:
            raise NotSent(error.status_code, "not sent") from None


TEXTERS: dict[str, type[Texter]] = {
    "off": NullTexter,
    "null": NullTexter,
    "console": ConsoleTexter,
    "notify": NotifyTexter,
}
