"""The command line: where the parts are put together. Exit codes: 0 done, 1 found or could not do it, 2 wrong use.

A command's module is read when the command is called, so that `lantoa check` does not wait for the panel's.
"""

import importlib
import sys

import click

from campaign import __version__

# Command -> module of this package and the name of the command in it.
_COMMANDS = {
    "demo": "running.demo",
    "init": "running.init",
    "run": "running.run",
    "web": "running.web",
    "worker": "running.worker",
    "check": "check.check_command",
    "speak": "speak.speak_command",
    "plan": "plan.plan_command",
    "rules": "rules.rules_group",
    "library": "library.library_group",
    "user": "people.user_group",
    "channel": "channels.channel_group",
    "backup": "keeping.backup_command",
    "restore": "keeping.restore",
    "doctor": "keeping.doctor_command",
}


def main() -> None:
    """The `lantoa` command: every failure is one sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may still be on an old code page.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        cli(prog_name="lantoa")
    except Exception as error:
        from campaign.cli.failures import explained

        answer = explained(error)
        if answer is None:
            raise
        sentence, code = answer
        click.echo(sentence, err=True)
        sys.exit(code)


class _Commands(click.Group):
    """Reads the module of a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(importlib.import_module(f"campaign.cli.{module}"), name)
        return command


@click.command(cls=_Commands)
@click.version_option(__version__, prog_name="lantoa")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Lan Tỏa: lên lịch, duyệt, đăng và phát thông điệp truyền thông."""
    # These are pure, and the modules that log are half a second away.
    if ctx.invoked_subcommand not in {"check", "speak", "plan"}:
        from campaign.serve import log_to_stderr

        log_to_stderr()
