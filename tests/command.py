"""The command `simulator` as a user types it, in this process, since starting another one takes longer."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from simulator.cli.main import main


def command(*words: str | Path, cwd: str | Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder; its status, and what it says on standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or os.getcwd()),
        mock.patch.object(sys, "argv", ["simulator", *map(str, words)]),
    ):
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())
