"""From a script or a notebook: scenarios in every usual form, arguments checked in words, results kept and drawn."""

import concurrent.futures
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from experiments.scenes import block, same, shelf, two

import simulator
from simulator.experiments.arguments import ArgumentError, UnknownName
from simulator.experiments.compare import ComparisonError, compare_results
from simulator.experiments.executors import ExecutorError, workforce
from simulator.experiments.result import Result
from simulator.experiments.store import Store
from simulator.scenario.errors import ScenarioError

TEXT = """
name: One shelf
run: {start: 2026-01-05, horizon: 3 weeks, warm_up: 1 week, seed: 1}
market: {segments: {all: {demand: {rule: poisson, orders: 20 per day}, basket: {units: 1}}}}
products: {part: {price: 2, cost: 1}}
network:
  suppliers: {maker: {lead_time: {exponential: {mean: 1 day}}}}
  sites: {store: {stock: {part: {rule: base_stock, level: 20}}}}
service: {stockout: {rule: backorder, ship: units}}
"""
LEVEL = "network.sites.store.stock.part.level"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    found = tmp_path_factory.mktemp("scenario") / "shelf.yaml"
    found.write_text(TEXT)
    return found


@pytest.fixture(scope="module")
def result(file) -> simulator.Result:
    return simulator.run(file, 3)


def test_a_scenario_is_taken_as_an_object_a_path_and_a_name(file, result):
    assert same(simulator.run(str(file), 3), result)
    assert same(simulator.run(simulator.load(file), 3), result)
    assert simulator.simulate(file).events == simulator.simulate(simulator.load(file)).events
    found = simulator.compare([str(file), simulator.load(file, [f"{LEVEL}=25"])], 2, kpis="on_hand", by="sku")
    assert {each.kpi for each in found.differences} == {"on_hand"}
    assert simulator.select([file, simulator.load(file, [f"{LEVEL}=30"])], "on_hand", procedure="subset", largest=True)
    assert len(simulator.sweep(file, {LEVEL: [10, 20]}, replications=2).table("on_hand")) == 2
    assert simulator.sensitivity(file, {LEVEL: (15, 25)}, kpis="on_hand", replications=2).effects["on_hand"]
    assert simulator.find_warm_up(file, 2, kpis="on_hand").replications == 2
    with pytest.raises(ScenarioError, match="did you mean 'quickstart'"):
        simulator.run("quickstar")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: simulator.run(shelf(), 2.5), "replications: a whole number, 1 or more, is expected; found 2.5"),
        (lambda: simulator.run(shelf(), "3"), "a whole number.* found '3'"),
        (lambda: simulator.run(shelf(), True), "found True"),
        (lambda: simulator.run(shelf(), 0), "1 or more"),
        (lambda: simulator.run(shelf(), 1, workers=1.5), 'workers: .*or "cores" for one on each core'),
        (lambda: simulator.run(shelf(), precision=0.1), "precision: by KPI the half width .* found 0.1"),
        (lambda: simulator.run(shelf(), cap=0, precision={"on_hand": 0.1}), "cap: a whole number"),
        (lambda: simulator.run(3), "a scenario is expected, its file, or its name in the gallery"),
        (lambda: simulator.compare(3), "a list of scenarios is expected"),
        (lambda: simulator.compare([shelf(), shelf()], 2, kpis=5), "names of KPIs are expected"),
        (lambda: simulator.sweep(shelf(), [1, 2]), "vary: values by path"),
        (lambda: simulator.sweep(shelf(), {LEVEL: [1]}, design="grd"), "did you mean 'grid'"),
        (lambda: simulator.simulate(shelf(), -1), "replication: its number, 0 or more"),
        (lambda: simulator.select([shelf(), shelf(level=30)], "on_hand", confidence=95), "95 % is 0.95"),
    ],
)
def test_arguments_are_checked_in_words(wrong, said):
    with pytest.raises(ValueError, match=said):
        wrong()


def test_numbers_of_numpy_are_numbers():
    assert simulator.run(shelf(), np.int64(2)).replications == 2


def test_a_result_tells_what_it_does_not_have(result):
    with pytest.raises(ArgumentError, match=r"confidence: a number between 0 and 1 .* \(95 % is 0.95\)"):
        result.estimate("on_hand", confidence=95)
    for asked, said in (
        (lambda: result.estimate("on_had"), "there is no KPI 'on_had'; did you mean 'on_hand'?"),
        (lambda: result.estimate("sla_attainment"), "nothing to measure for the KPI 'sla_attainment'"),
        (lambda: result.estimate("on_hand", "sk", "part"), "there is no dimension 'sk'; did you mean 'sku'?"),
        (lambda: result.estimate("on_hand", "sku", "prt"), "there is no sku 'prt'; did you mean 'part'?"),
        (lambda: result.labels("segmen"), "did you mean 'segment'?"),
        (lambda: simulator.run(shelf(), precision={"on_had": 0.1}), "did you mean 'on_hand'?"),
        (lambda: simulator.compare([shelf(), shelf()], 2, kpis=["on_had"]), "did you mean 'on_hand'?"),
    ):
        with pytest.raises(UnknownName) as error:
            asked()
        assert said in str(error.value)


def test_results_are_pickled_with_their_numbers(result, tmp_path):
    again = pickle.loads(pickle.dumps(result))
    assert same(again, result)
    assert again.table("sku").equals(result.table("sku"))
    found = simulator.compare([shelf(), shelf(level=25)], 3, kpis="on_hand")
    assert pickle.loads(pickle.dumps(found)).table.equals(found.table)
    swept = simulator.sweep(shelf(), {LEVEL: [10, 20]}, replications=2)
    assert pickle.loads(pickle.dumps(swept)).table().equals(swept.table())
    kept = simulator.run(shelf(), 3, store=tmp_path / "r.db")
    text = pickle.dumps(kept)
    (tmp_path / "r.db").unlink()
    assert same(pickle.loads(text), result) or pickle.loads(text).replications == 3


def test_only_the_replications_of_a_result_are_pickled(tmp_path):
    with Store(tmp_path / "r.db") as store:
        simulator.run(shelf(), 4, store=store)
        two_of_them = simulator.run(shelf(), 2, store=store)
        assert pickle.loads(pickle.dumps(two_of_them)).numbers == [0, 1]


def test_results_say_what_they_are(result):
    assert repr(result).startswith("<Result: One shelf, 3 replications, seed 1; line_fill_rate ")
    assert " % " in repr(result)
    compared = simulator.compare([shelf(), shelf(level=25)], 3, kpis="on_hand")
    assert repr(compared).startswith("<Comparison: One shelf (2) against One shelf; on_hand ")
    assert str(result.estimate("on_hand", "sku", "part")).startswith("on_hand by sku part ")


def test_results_are_saved_in_the_form_that_the_ending_says(result, tmp_path):
    assert json.loads(result.save(tmp_path / "r.json").read_text())["replications"] == 3
    assert result.save(tmp_path / "r.csv").read_text().startswith("kpi,by,label")
    compared = simulator.compare([shelf(), shelf(level=25)], 3, kpis="on_hand")
    assert compared.save(tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ArgumentError, match=r"the ending says the form of a Result: .json, .csv, .png, .svg, .html"):
        result.save(tmp_path / "r.docx")


def test_results_are_drawn(result):
    figure = result.plot()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["One shelf"]
    assert figure.get_size_inches()[0] > 5
    assert simulator.sensitivity(shelf(), {LEVEL: (15, 25)}, kpis="on_hand", replications=2).plot().axes
    alike = simulator.compare([shelf(), shelf()], 2, kpis="on_hand")
    with pytest.raises(ArgumentError, match="nothing to draw"):
        alike.plot()


def test_only_results_of_one_seed_are_pairs():
    one, other = simulator.run(shelf(seed=1), 2), simulator.run(shelf(seed=2), 2)
    with pytest.raises(ComparisonError, match="not the same random numbers"):
        compare_results([one, other], kpis="on_hand")
    assert not compare_results([one, other], kpis="on_hand", independent=True).paired
    with Store() as store:
        number = store.experiment(shelf())
        store.add(number, [block([5, 6], on_hand=3.0)])
        late = Result(shelf(), store, number)
        with pytest.raises(ComparisonError, match="share no replication"):
            compare_results([one, late], kpis="on_hand")


def test_scenarios_of_one_content_are_told():
    found = simulator.select([shelf(), shelf(), shelf(level=30)], "on_hand", procedure="subset", largest=True)
    assert any("have the same content" in note for note in found.notes)
    assert found.scenarios == ("One shelf", "One shelf (3)")
    alone = simulator.select([shelf(), shelf()], "on_hand", procedure="subset", largest=True)
    assert "There was nothing to select from: all are one scenario" in alone.guarantee
    assert any("have the same content" in note for note in simulator.compare([shelf(), shelf()], 2).notes)


def test_from_python_this_process_plays_alone_where_nothing_is_said():
    with workforce() as crew:
        assert (crew.count, type(crew.executor).__name__) == (1, "Here")
    with workforce("cores") as crew:
        assert crew.count >= 1


SCRIPT = """
import simulator
print(simulator.run({file!r}, 2{workers}).replications)
"""


def test_a_script_without_a_main_guard_works(file, tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT.format(file=str(file), workers=""))
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr


def test_workers_without_a_main_guard_are_found_out_and_told_once(file, tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT.format(file=str(file), workers=", workers=2"))
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert "script.py, line 3, starts worker processes" in done.stderr
    assert 'if __name__ == "__main__":' in done.stderr


def test_workers_under_a_main_guard_play(file, tmp_path):
    guarded = SCRIPT.format(file=str(file), workers=", workers=2").replace(
        "print", 'if __name__ == "__main__":\n    print'
    )
    (tmp_path / "script.py").write_text(guarded)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr


def test_workers_a_scheduler_and_an_executor_are_one_at_a_time():
    pool = concurrent.futures.ThreadPoolExecutor(1)
    with pytest.raises(ArgumentError, match="not several"), workforce(2, None, pool):
        pass
    with pool, workforce("cores", None, pool) as crew:
        assert crew.count == 1
    with pytest.raises((ExecutorError, ArgumentError)), workforce(0):
        pass


def test_two_segments_are_taken_by_name():
    found = simulator.run(two(), 2)
    assert {each.label for each in found.estimates("segment") if each.dimension} == {"shops", "guests"}
