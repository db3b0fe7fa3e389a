"""The `pb` command: commands that need no application, or make their own, start without one, and so fast."""

from __future__ import annotations

import sys

import click

from pb import create_app
from pb.cli import PURE, pure_command


def main() -> None:
    """Run `pb`; faults in settings are told in plain words with exit code 2."""
    arguments = sys.argv[1:]
    pure = pure_command(arguments[0]) if arguments else None
    if pure is not None:
        sys.exit(pure.main(args=arguments[1:], prog_name=f"pb {arguments[0]}", obj=create_app))
    _main_of_the_application()


def _main_of_the_application() -> None:
    from flask.cli import FlaskGroup

    from pb.config import SettingsError

    class Commands(FlaskGroup):
        """Flask's commands and ours, those that start without the application among them."""

        def list_commands(self, ctx: click.Context) -> list[str]:
            return sorted({*super().list_commands(ctx), *PURE})

        def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
            return pure_command(name) or super().get_command(ctx, name)

    words = "You Decide: run rounds, count ballots, look after the data."
    try:
        Commands(create_app=create_app, add_version_option=False, help=words).main(prog_name="pb")
    except SettingsError as error:
        click.echo(f"You Decide cannot start:\n{error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
