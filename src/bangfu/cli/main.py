"""The root command. Each command is a module of this package, imported only when it is used."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from bangfu import __version__
from bangfu.cli.output import report_error
from bangfu.kernel.errors import BangfuError

COMMANDS = {
    "accounts": "bangfu.cli.accounts",
    "audit": "bangfu.cli.audit",
    "authorizations": "bangfu.cli.authorizations",
    "backup": "bangfu.cli.backup",
    "changes": "bangfu.cli.changes",
    "check": "bangfu.cli.check",
    "clues": "bangfu.cli.clues",
    "db": "bangfu.cli.db",
    "demo": "bangfu.cli.demo",
    "engine": "bangfu.cli.engine",
    "feeds": "bangfu.cli.feeds",
    "household": "bangfu.cli.household",
    "households": "bangfu.cli.households",
    "keys": "bangfu.cli.keys",
    "messages": "bangfu.cli.messages",
    "openapi": "bangfu.cli.openapi",
    "pack": "bangfu.cli.pack",
    "pairings": "bangfu.cli.pairings",
    "papers": "bangfu.cli.papers",
    "proceedings": "bangfu.cli.proceedings",
    "quality": "bangfu.cli.quality",
    "reconcile": "bangfu.cli.reconcile",
    "regions": "bangfu.cli.regions",
    "restore": "bangfu.cli.restore",
    "screen": "bangfu.cli.screen",
    "serve": "bangfu.cli.serve",
    "sso": "bangfu.cli.sso",
    "sweep": "bangfu.cli.sweep",
    "villagelist": "bangfu.cli.villagelist",
}


class _LazyGroup(click.Group):
    """Imports a command's module when it is called, so that `bangfu check` loads no Django."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bangfu")
def root() -> None:
    """Bangfu 帮扶: find rural households in or near hardship and say why."""


def main() -> None:
    """Run the command. Exit status: 0 done, 1 refused with reasons, 2 wrong usage."""
    try:
        root()
    except BangfuError as error:
        report_error(error, as_json="--json" in sys.argv[1:])
        sys.exit(1)


if __name__ == "__main__":
    main()
