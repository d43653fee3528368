"""The command `simulator`. Heavy packages are imported only by the commands that need them."""

import sys

import click

from simulator.cli import compare_command, fit_command, look, optimise_command, results, run_command, sweep_command
from simulator.cli.group import INTERRUPTED, USAGE, cli, stop

__all__ = [
    "compare_command",
    "fit_command",
    "look",
    "main",
    "optimise_command",
    "results",
    "run_command",
    "sweep_command",
]


def main() -> None:
    """Run the command; bad input ends with a message and status 2, an interrupt with 130."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        stop("interrupted", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        raise SystemExit(USAGE) from error
    except BrokenPipeError:
        raise SystemExit(0) from None
