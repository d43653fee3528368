"""A Dask cluster of real processes on this machine: the same digits, and what happens when parts of it die."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from experiments.scenes import same, shelf
from rules.additions import ALL, OURS

import simulator
from simulator.experiments.executors import ExecutorError
from simulator.experiments.store import Store

LOCAL = ("--host", "127.0.0.1", "--no-dashboard")


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(self.file))
        self.workers = [self.worker(), self.worker()]
        self._wait_for(2)

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start("worker", "--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny")

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words, *LOCAL],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.file.parent,
        )

    def _wait_for(self, workers: int) -> None:
        from distributed import Client

        until = time.monotonic() + 60
        while not self.file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        with Client(scheduler_file=str(self.file), set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def end(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    yield found
    found.end()


def kill_after(replications: int, process: subprocess.Popen[bytes]):
    """Progress that kills a process when so many replications are done."""

    def told(done: int, total: int) -> None:
        if done >= replications and process.poll() is None:
            process.kill()
            process.wait()

    return told


def test_a_cluster_gives_the_same_digits_and_a_lost_worker_costs_its_block(cluster):
    here = simulator.run(shelf(), 120, workers=1)
    assert same(simulator.run(shelf(), 120, scheduler=str(cluster.file)), here)
    told = kill_after(10, cluster.workers[0])
    assert same(simulator.run(shelf(), 120, scheduler=str(cluster.file), progress=told), here)
    assert cluster.workers[0].poll() is not None


def test_a_lost_scheduler_is_gone_on_without(cluster, tmp_path):
    file = tmp_path / "r.db"
    with pytest.warns(RuntimeWarning, match="the Dask scheduler at .* is lost"):
        cut = simulator.run(
            shelf(), 4000, scheduler=str(cluster.file), store=file, progress=kill_after(10, cluster.scheduler)
        )
    assert 10 <= cut.replications < 4000
    with Store(file) as store:
        assert [kept.replications for kept in store.experiments()] == [cut.replications]
    wanted = max(cut.numbers) + 5
    on = simulator.run(shelf(), wanted, workers=1, store=file)
    assert same(on, simulator.run(shelf(), wanted, workers=1))


def test_a_scheduler_that_is_not_there_is_an_error(monkeypatch):
    monkeypatch.setattr("simulator.experiments.executors.FINDING", 2)
    with pytest.raises(ExecutorError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1; start one"):
        simulator.run(shelf(), 2, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(ExecutorError, match="no Dask scheduler answers at nonsense"):
        simulator.run(shelf(), 2, scheduler="nonsense")


def test_without_dask_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError, match=r"pip install distributed"):
        simulator.run(shelf(), 2, scheduler="tcp://127.0.0.1:1")


def test_workers_are_told_what_a_user_has_added_and_forget_it_again(cluster, tmp_path):
    """The workers stay while the text of the plugin changes, and then comes a run without it."""

    def found(text: str) -> dict[str, float]:
        (tmp_path / "ours.py").write_text(text)
        words = ["run", "all.yaml", "--plugin", "ours.py", "-n", "3", "--format", "json"]
        done = subprocess.run(
            [sys.executable, "-m", "simulator", *words, "--scheduler", str(cluster.file)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return {row["kpi"]: row["mean"] for row in json.loads(done.stdout)["kpis"] if not row["by"]}

    (tmp_path / "all.yaml").write_text(ALL)
    assert found(OURS)["lines_of_six"] == pytest.approx(1 / 3)
    changed = OURS.replace("2.0 * self.of", "3.0 * self.of").replace("lines_of_six", "lines_of_nine")
    other = found(changed.replace("units == 6", "units == 9"))
    assert other["lines_of_nine"] == pytest.approx(1 / 3)
    assert "lines_of_six" not in other
    assert same(simulator.run(shelf(), 6, scheduler=str(cluster.file)), simulator.run(shelf(), 6, workers=1))
