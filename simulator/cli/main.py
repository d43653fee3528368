"""The command `simulator`. Heavy packages are imported only by the commands that need them."""

import contextlib
import os
import sys
from typing import TextIO

import click

from simulator.cli import compare_command, fit_command, look, optimise_command, results, run_command, sweep_command
from simulator.cli.group import CLOSED, INTERRUPTED, USAGE, ReaderLeft, cli, failure, stop

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
        sys.stdout.flush()
    except click.exceptions.Abort:
        stop("interrupted", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        raise SystemExit(USAGE) from error
    except (ReaderLeft, BrokenPipeError):
        _let_go(sys.stdout)
        stop("the reader of standard output left before all was printed", CLOSED)
    except OSError as error:
        _let_go(sys.stdout)
        stop(failure(error))


def _let_go(stream: TextIO) -> None:
    """Send what is left of a stream nowhere, so that it does not fail once more when the program ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
