"""Nothing finished is lost: files are written before anything is printed, into places tried before the run."""

import contextlib
import errno
import io
import os
import sqlite3
import sys
import threading
import warnings
from unittest import mock

import pytest
from command import command

import simulator
from simulator.cli.main import main
from simulator.drawing.sheet import beside, try_out, write_whole
from simulator.experiments.store import Store, StoreError
from simulator.scenario.reading.load import load

RUN = ("run", "textbook/base_stock", "--set", "run.horizon=4 weeks", "--set", "run.warm_up=0")
RUN += ("-n", "2", "--workers", "1")


class Closed(io.StringIO):
    """Standard output that somebody has stopped reading, or that lies on a full disk."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, _text: str) -> int:
        raise OSError(self._number, os.strerror(self._number))

    def flush(self) -> None:
        raise OSError(self._number, os.strerror(self._number))


def printed_into(file: io.StringIO, folder, *words: str) -> tuple[int, str]:
    """Status and standard error of the command with another standard output."""
    err = io.StringIO()
    with (
        mock.patch.object(sys, "stdout", file),
        mock.patch.object(sys, "stderr", err),
        mock.patch.object(sys, "argv", ["simulator", *words]),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.chdir(folder)
        with pytest.raises(SystemExit) as end:
            main()
    return end.value.code, err.getvalue()


@pytest.mark.parametrize(
    ("number", "status", "said", "style"),
    [
        (errno.EPIPE, 141, "left before all was printed", "table"),
        (errno.EPIPE, 141, "left before all was printed", "json"),
        (errno.ENOSPC, 2, "standard output cannot be written: No space left", "csv"),
    ],
)
def test_the_workbook_is_there_though_nothing_can_be_printed(tmp_path, number, status, said, style):
    ended, told = printed_into(Closed(number), tmp_path, *RUN, "--excel", "r.xlsx", "--format", style)
    assert ended == status
    assert said in told
    assert "Traceback" not in told
    assert (tmp_path / "r.xlsx").stat().st_size > 5000


def test_a_catalogue_whose_reader_left_says_so(tmp_path):
    assert printed_into(Closed(errno.EPIPE), tmp_path, "kpis")[0] == 141


def test_what_cannot_be_written_after_all_is_told_and_the_result_is_printed(tmp_path):
    """The folder has vanished since it was tried: the table is printed, the status is not 0."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "r.html").touch()
    with mock.patch("simulator.reports.page.write_page", side_effect=OSError(errno.ENOSPC, "No space left", "r.html")):
        done = command(*RUN, "--report", "there/r.html", cwd=tmp_path)
    assert done.returncode == 2
    assert "report: r.html: No space left" in done.stderr
    assert "unit_fill_rate" in done.stdout


def test_a_link_is_written_through(tmp_path):
    (tmp_path / "far").mkdir()
    target, link, loose = tmp_path / "far" / "r.html", tmp_path / "r.html", tmp_path / "new.html"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    loose.symlink_to(tmp_path / "far" / "new.html")  # what it names is not there yet
    write_whole(link, b"new")
    write_whole(loose, b"new")
    assert link.is_symlink()
    assert loose.is_symlink()
    assert target.read_text() == (tmp_path / "far" / "new.html").read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in (tmp_path / "far").iterdir()) == ["new.html", "r.html"]


def test_a_pipe_is_refused_before_the_run_and_stays_a_pipe(tmp_path):
    """A FIFO stands for every device: it is no file, so that it is not replaced by one."""
    os.mkfifo(tmp_path / "pipe")
    for words in (("--report", "pipe"), ("--excel", "pipe")):
        done = command(*RUN, *words, cwd=tmp_path)
        assert done.returncode == 2
        assert "is no file but a device or a pipe" in done.stderr
        assert done.stdout == ""
    assert (tmp_path / "pipe").is_fifo()


def test_places_are_tried_before_the_run(tmp_path):
    (tmp_path / "folder").mkdir()
    for words, said in (
        (("--report", "no/such/r.html"), "there is no folder"),
        (("--report", "one", "--excel", "one"), "is the file of --"),
        (("--report", "one", "--store", "one"), "is the file of --"),
    ):
        done = command(*RUN, *words, cwd=tmp_path)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stdout == ""
    assert not (tmp_path / "one").exists()
    try_out(tmp_path / "later")
    assert not list(tmp_path.glob("*later*"))


def test_a_scenario_is_not_written_over_by_its_own_report(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("extends: textbook/base_stock\nrun.horizon: 10 weeks\n")
    done = command("run", "own.yaml", "-n", "1", "--report", "own.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "is the scenario itself" in done.stderr
    assert own.read_text().startswith("extends")


def test_a_failure_in_the_middle_leaves_what_was_there(tmp_path):
    (tmp_path / "r.html").write_text("old")
    with contextlib.suppress(OSError), beside(tmp_path / "r.html") as part:
        part.write_text("half")
        raise OSError(errno.ENOSPC, "full")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("r.html", "old")]


def scenario() -> simulator.Scenario:
    return load("textbook/base_stock", ["run.horizon=6 weeks", "run.warm_up=1 week"])


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_store_that_vanishes_loses_nothing_that_is_finished(tmp_path, how):
    file = tmp_path / "r.db"

    def vanish(done: int, _total: int) -> None:
        if done == 1 and not (tmp_path / "moved").exists():
            file.rename(tmp_path / "moved")
            if how == "replaced":
                file.write_bytes(b"something else")

    with pytest.warns(RuntimeWarning, match="has vanished"):
        found = simulator.run(scenario(), 6, store=file, progress=vanish)
    assert "has vanished" in found.stopped
    assert 2 <= found.replications < 6
    whole = simulator.run(scenario(), 6)
    assert found.values("on_hand").tolist() == whole.values("on_hand")[: found.replications].tolist()


CHANGES = {
    "another value": "UPDATE kpi_value SET value = value * 1.01 WHERE kpi = 'on_hand' AND replication = 1",
    "another denominator": "UPDATE kpi_value SET weight = 7 WHERE kpi = 'line_fill_rate'",
    "a KPI of another run": "INSERT INTO kpi_value VALUES (1, 'made_up', 1, 3, NULL, NULL)",
    "a value that is no number": "UPDATE kpi_value SET value = 'much' WHERE kpi = 'on_hand'",
    "a value that is missing": "DELETE FROM kpi_value WHERE kpi = 'on_hand' AND replication = 1",
    "numbers cut short": "UPDATE slice_values SET numbers = substr(numbers, 1, 9)",
    "a layout that is no JSON": "UPDATE layout SET content = 'oops'",
    "a layout that lacks a part": "UPDATE layout SET content = '{}'",
    "no layout": "DELETE FROM layout",
    "a number that is none": "UPDATE replication SET replication = 'first' WHERE replication = 1",
    "seconds that are none": "UPDATE replication SET seconds = 'long'",
    "no table": "DROP TABLE kpi_value",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_store_changed_by_hand_is_told_in_words(tmp_path, change):
    file = tmp_path / "r.db"
    simulator.run(scenario(), 2, store=file).store.close()
    base = sqlite3.connect(file)
    base.execute("PRAGMA foreign_keys = OFF")
    base.execute(change)
    base.commit()
    base.close()
    with pytest.raises(StoreError, match="is damaged, or was changed by another program"):
        read(file)


def read(file) -> None:
    """All that a store has, as results and as blocks."""
    with warnings.catch_warnings(), Store(file) as store:
        warnings.simplefilter("ignore", RuntimeWarning)
        list(simulator.run(scenario(), 2, store=store).estimates())
        list(store.blocks(1))


def test_threads_may_work_outside_a_main_guard():
    """Only the script itself is read again by processes: work of a thread is not at its outermost level."""
    found = []
    worker = threading.Thread(target=lambda: found.append(simulator.run(scenario(), 1)))
    worker.start()
    worker.join()
    assert found[0].replications == 1
