"""When something fails nothing that is finished is lost, the message is clear, and the same command goes on."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from experiments.scenes import same, shelf, slow

import simulator
from simulator.experiments.executors import ExecutorError, Here, Processes, Workforce, workforce
from simulator.experiments.replicate import Experiment, replicate
from simulator.experiments.store import Store, StoreError

COMMAND = [sys.executable, "-m", "simulator", "run", "textbook/base_stock", "--set", "run.horizon=40 weeks"]


def kept(file: Path) -> int:
    """Replications that a store holds."""
    if not file.exists():
        return 0
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as base:
        try:
            return base.execute("SELECT count(*) FROM replication").fetchone()[0]
        except sqlite3.OperationalError:  # not yet
            return 0


def hear_interrupts() -> None:
    """A command whose parents run in the background would not hear them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def begun(*words: str, file: Path) -> subprocess.Popen[str]:
    """A command that is under way: some replications are stored, most are not."""
    running = subprocess.Popen(
        [*COMMAND, "-n", "4000", "--store", str(file), *words],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )
    until = time.monotonic() + 60
    while kept(file) < 3 and running.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert running.poll() is None, running.communicate()
    return running


def on_again(file: Path, more: int = 3) -> None:
    """The same command resumes, and its numbers are those of a run that was never stopped."""
    there = kept(file)
    scenario = simulator.load("textbook/base_stock", ["run.horizon=40 weeks"])
    result = simulator.run(scenario, there + more, workers=1, store=file)
    assert result.numbers == list(range(there + more))
    assert same(result, simulator.run(scenario, there + more, workers=1))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_keeps_what_is_finished_and_says_how_to_go_on(tmp_path, workers):
    file = tmp_path / "r.db"
    running = begun("--workers", workers, "--format", "csv", file=file)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    said, wrong = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in wrong
    assert f"these are the {kept(file)} replications that are finished; run the same command again" in wrong
    assert said.startswith("kpi,by,label")
    on_again(file)


def test_an_interrupt_without_a_store_says_what_would_have_helped(monkeypatch):
    played = []

    def interrupted(scenario, number, **settings):
        if len(played) == 2:
            raise KeyboardInterrupt
        played.append(number)
        return simulator.simulate(scenario, number, **settings)

    monkeypatch.setattr("simulator.experiments.samples.simulate", interrupted)
    monkeypatch.setattr("simulator.experiments.replicate.BLOCK", 0.0)
    result = simulator.run(shelf(), 9, workers=1)
    assert result.stopped == "interrupted"
    assert result.numbers == [0, 1]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_kill_9_loses_only_the_blocks_under_way(tmp_path, workers):
    file = tmp_path / "r.db"
    running = begun("--workers", workers, file=file)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    with sqlite3.connect(file) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        half = base.execute(
            "SELECT count(*) FROM replication r WHERE NOT EXISTS (SELECT 1 FROM kpi_value v"
            " WHERE v.replication = r.replication AND kpi = 'on_hand')"
        ).fetchone()
        assert half == (0,)
    on_again(file)


def test_a_worker_that_is_killed_costs_its_own_block_only():
    """Two workers play 12 slow blocks; one is killed again and again: all numbers are there, each kept once."""
    workers = Killed(2)
    with Store() as store, workforce(executor=workers) as crew:
        experiment = Experiment(shelf(), store)
        replicate(crew, [(experiment, 12)])
        assert workers.kills == 2
        assert same(experiment.result(), simulator.run(shelf(), 12, workers=1))


class Killed(Processes):
    """Two processes of which one is killed while it works, twice."""

    _max_workers = 2
    kills = 0

    def submit(self, fn, /, *args, **kwargs):
        future = super().submit(slow, *args, **kwargs)
        children = psutil.Process().children()
        if self.kills < 2 and len(children) > 1:
            self.kills += 1
            children[-1].kill()
        return future


def test_all_workers_have_work():
    with Processes(2) as pool:
        found = [pool.submit(at_work, 0.5) for _ in range(2)]
        assert found[0].result(30) != found[1].result(30)


def at_work(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def test_the_other_worker_goes_on():
    with Processes(2) as pool:
        first, second = pool.submit(time.sleep, 1.5), pool.submit(os.getpid)
        second.result(30)
        victim = pool.submit(os.kill, second.result(), signal.SIGKILL)
        assert victim.exception(30) is not None or victim.result() is None
        assert first.result(30) is None
        assert pool.submit(os.getpid).result(30) != second.result()


def test_workers_that_die_of_a_replication_end_the_run_with_its_finished_part(tmp_path):
    with Store(tmp_path / "r.db") as store, workforce(executor=Deadly(2)) as crew:
        experiment = Experiment(shelf(), store)
        with pytest.raises(ExecutorError, match="replication 3 of 'One shelf': is there memory enough"):
            replicate(crew, [(experiment, 4)])
    assert kept(tmp_path / "r.db") == 3


class Deadly(Processes):
    """Replication 3 is the death of whoever plays it, when the others are done."""

    _max_workers = 2

    def submit(self, fn, /, *args, **kwargs):
        return super().submit(deadly, *args, **kwargs)


def deadly(pickled, numbers):
    if 3 in numbers:
        time.sleep(1.5)
        os.kill(os.getpid(), signal.SIGKILL)
    from simulator.experiments.samples import play

    return play(pickled, numbers)


def test_a_fault_in_the_simulation_is_told_as_such_and_keeps_the_rest(tmp_path, monkeypatch):
    def broken(scenario, number, **settings):
        if number == 3:
            raise ZeroDivisionError("a fault of the program")
        return simulator.simulate(scenario, number, **settings)

    monkeypatch.setattr("simulator.experiments.samples.simulate", broken)
    monkeypatch.setattr("simulator.experiments.replicate.BLOCK", 0.0)
    with pytest.raises(ZeroDivisionError):
        simulator.run(shelf(), 9, workers=1, store=tmp_path / "r.db")
    assert kept(tmp_path / "r.db") == 3


def test_what_came_in_before_the_workers_were_lost_is_kept():
    experiment = Experiment(shelf(), Store())
    with pytest.raises(ExecutorError, match="all are lost"):
        replicate(Workforce(Here(), 2, gone=lambda: "all are lost"), [(experiment, 10)])
    assert experiment.result().numbers == [0, 1, 2, 3]


def test_a_full_disk_stops_the_run_with_everything_finished_in_the_result(tmp_path):
    with Store(tmp_path / "r.db") as store:
        simulator.run(shelf(), 2, workers=1, store=store)
        pages = store._base.execute("PRAGMA page_count").fetchone()[0]
        store._base.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.warns(RuntimeWarning, match="the disk is full; make room and run the same command again"):
            result = simulator.run(shelf(), 200, workers=1, store=store)
        stored = kept(tmp_path / "r.db")
        assert 2 <= stored < result.replications < 200
        assert "disk is full" in result.stopped
        assert same(result, simulator.run(shelf(), result.replications, workers=1))
    assert same(simulator.run(shelf(), 40, workers=1, store=tmp_path / "r.db"), simulator.run(shelf(), 40, workers=1))


def test_a_command_on_a_full_disk_shows_what_is_finished(tmp_path):
    """The file may not grow beyond 300 kB."""
    file = tmp_path / "r.db"
    shell = (
        f"ulimit -f 300; exec {' '.join(COMMAND[:5])} --set 'run.horizon=20 weeks' -n 300 --workers 1 --store {file}"
    )
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "unit_fill_rate" in done.stdout
    assert "Traceback" not in done.stderr
    assert "run the same command again to go on" in done.stderr
    assert 0 < kept(file) < 300


def test_a_store_that_is_locked_is_waited_for(tmp_path):
    file = tmp_path / "r.db"
    simulator.run(shelf(), 1, workers=1, store=file)
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    import threading

    threading.Timer(2.0, holder.execute, ["ROLLBACK"]).start()
    assert simulator.run(shelf(), 3, workers=1, store=file).stopped == ""
    assert kept(file) == 3
    holder.close()


def test_a_store_that_stays_locked_stops_the_run_with_everything_finished(tmp_path):
    file = tmp_path / "r.db"
    simulator.run(shelf(), 1, workers=1, store=file)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Store(file, wait=0.2) as store, pytest.warns(RuntimeWarning, match="another program has it locked"):
        result = simulator.run(shelf(), 30, workers=1, store=store)
    assert 1 < result.replications < 30
    assert kept(file) == 1
    holder.close()
    on = simulator.run(shelf(), 30, workers=1, store=file)
    assert same(on, simulator.run(shelf(), 30, workers=1))


def test_a_store_that_is_locked_from_the_start_is_an_error(tmp_path):
    simulator.run(shelf(), 1, workers=1, store=tmp_path / "r.db")
    with sqlite3.connect(tmp_path / "r.db") as holder, Store(tmp_path / "r.db", wait=0.2) as store:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program has it locked"):
            simulator.run(shelf(level=7), 2, workers=1, store=store)


def test_a_scenario_that_was_changed_between_runs_is_kept_apart_and_told(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: textbook/base_stock\nname: Mine\nrun.horizon: 20 weeks\n")
    words = [
        sys.executable,
        "-m",
        "simulator",
        "run",
        "mine.yaml",
        "--workers",
        "1",
        "--store",
        "r.db",
        "--format",
        "csv",
    ]
    first = subprocess.run([*words, "-n", "3"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "keeps" not in first.stderr
    changed = (tmp_path / "mine.yaml").read_text() + "network.sites.store.stock.part.level: 3\n"
    (tmp_path / "mine.yaml").write_text(changed)
    second = subprocess.run([*words, "-n", "2"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "r.db keeps 3 replications under the name 'Mine' with another content, seed or version" in second.stderr
    assert "left alone" in second.stderr
    with Store(tmp_path / "r.db") as store:
        assert [each.replications for each in store.experiments()] == [3, 2]


def test_a_worker_of_another_version_is_refused(monkeypatch):
    from simulator.experiments.samples import play

    pickled = Experiment(shelf(), Store()).pickled
    monkeypatch.setattr(simulator, "__version__", "9.9")
    with pytest.raises(RuntimeError, match=r"version 9\.9 of the simulator, version 0\.1\.0 is wanted"):
        play(pickled, [0])
