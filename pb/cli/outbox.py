"""`pb deliver` and `pb outbox`: take e-mails away from a timer, and read them where none leave."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from pb.extensions import present
from pb.services.delivery import clear_failed, deliver_due, try_failed_again
from pb.services.outbox import opened_messages, opened_texts


@click.command("deliver")
@click.option("--try-failed-again", "again", is_flag=True, help="Also those that have failed for good.")
@with_appcontext
def deliver_command(again: bool) -> None:
    """Deliver the e-mails that are due. The server does so by itself; run this from a timer to be sure.

    Addresses and words of what failed for good are destroyed after three months.
    """
    if again:
        try_failed_again()
    clear_failed()
    went, stayed = deliver_due()
    click.echo(f"{went} delivered, {stayed} to be tried again.")
    sys.exit(1 if stayed else 0)


@click.command("outbox")
@click.option("--to", default="", help="Only those to one address.")
@with_appcontext
def outbox_command(to: str) -> None:
    """Print the e-mails and text messages whose words are still kept, for trying things out. Not in production."""
    if present.settings.environment == "production":
        click.echo("E-mails are other people's letters: this is not for production.", err=True)
        sys.exit(2)
    for message in opened_messages(to):
        click.echo(f"--- to {message.letter.to}: {message.letter.subject}\n{message.letter.text}")
    for text in opened_texts():
        if text.to == (to or text.to):
            click.echo(f"--- text to {text.to}\n{text.text}")
