"""Sensitivity: known functions through our wiring, systems with exact answers, and which inputs are found."""

import numpy as np
import pytest
from scipy import stats
from truth.systems import queue

import simulator
from simulator.experiments import effects
from simulator.experiments.arguments import ArgumentError
from simulator.experiments.inputs import assumed_inputs, leaves, named, quantity
from simulator.experiments.ranges import Choice, DesignError, Range, written
from simulator.experiments.sensitivity import Unfinished, sensitivity
from simulator.scenario.reading.load import load, parse

NAMES = ["a", "b", "c"]
LEAD_TIME = "network.suppliers.maker.lead_time"
SHORT = ["run.horizon=12 weeks", "run.warm_up=2 weeks"]


def ishigami(unit):
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def with_luck(values, runs=6, noise=0.0):
    """Replications of a function: luck common to all points, and some that is not."""
    rng = np.random.default_rng(7)
    return values[:, None] + 3 * rng.normal(size=(1, runs)) + noise * rng.normal(size=(len(values), runs))


def test_sobol_indices_of_the_ishigami_function():
    """Exact: Ishigami and Homma 1990 with a = 7, b = 0.1. Intervals of the indices are about 0.03 to 0.09 wide."""
    design = effects.sobol_design(NAMES, 1024, seed=3)
    assert len(design) == 1024 * 5
    found = {each.input: each.measures for each in effects.sobol(NAMES, with_luck(ishigami(design)))}
    for name, first, total in (("a", 0.3139, 0.5576), ("b", 0.4424, 0.4424), ("c", 0.0, 0.2437)):
        for key, exact in (("first", first), ("total", total)):
            index = found[name][key]
            assert index.low - 0.02 < exact < index.high + 0.02, (name, key, index)
            assert index.high - index.low < 0.2


def test_morris_effects_of_a_known_function():
    """Of 3a - 2b + 4ab: effects 3 + 4b and -2 + 4a; c does nothing. With b at one of four levels: 5 +- 1.49."""
    design = effects.morris_design(NAMES, 40, seed=3)
    a, b = design[:, 0], design[:, 1]
    found = {each.input: each.measures for each in effects.morris(NAMES, design, with_luck(3 * a - 2 * b + 4 * a * b))}
    error = 4 * 1.5 / 40**0.5
    assert found["a"]["size"].point == pytest.approx(5, abs=error)
    assert found["b"]["direction"].point == pytest.approx(0, abs=error)
    assert found["b"]["size"].point > 1
    assert 0.8 < found["a"]["spread"].point < 1.8
    assert [each.point for each in found["c"].values()] == pytest.approx([0, 0, 0], abs=1e-9)


def test_the_direction_of_a_morris_effect_is_as_sure_as_the_replications():
    """Luck that differs from point to point widens it; luck in common does not."""
    design = effects.morris_design(NAMES, 10, seed=3)
    values = 3 * design[:, 0]
    (sure, *_), (unsure, *_) = (effects.morris(NAMES, design, with_luck(values, noise=noise)) for noise in (0.0, 0.5))
    wide = [each.measures["direction"].high - each.measures["direction"].low for each in (sure, unsure)]
    assert wide[0] < 1e-9 < wide[1]
    assert unsure.measures["direction"].low < 3 < unsure.measures["direction"].high


def test_a_linear_function_in_a_tornado():
    """10 a + b - 20 c around the middle, the widest swing first."""
    design = np.nan_to_num(effects.tornado_design(3), nan=0.5)
    found = effects.tornado(NAMES, with_luck(design @ [10, 1, -20]))
    assert [each.input for each in found] == ["c", "a", "b"]
    assert [found[0].measures[key].point for key in ("low", "high", "swing")] == pytest.approx([10, -10, -20])
    assert [found[1].measures[key].point for key in ("low", "high", "swing")] == pytest.approx([-5, 5, 10])


def test_the_share_of_noise():
    """Between points a variance of 4, of the luck of single points 9; over 9 replications 1 of 5 is noise."""
    rng = np.random.default_rng(11)
    outputs = rng.normal(0, 2, (4000, 1)) + rng.normal(0, 3, (4000, 9)) + rng.normal(0, 50, (1, 9))
    assert effects.noise_share(outputs) == pytest.approx(0.2, abs=0.02)
    assert effects.noise_share(np.ones((5, 3))) == 0.0
    assert np.isnan(effects.noise_share(np.ones((5, 1))))


def test_a_kpi_that_nothing_moves_has_no_indices():
    found = effects.sobol(NAMES, np.ones((40, 3)))
    assert [each.measures["total"].point for each in found] == [0.0, 0.0, 0.0]


@pytest.fixture(scope="module")
def shelf():
    """Base stock of 16 for a Poisson demand of 12 over the lead time."""
    inputs = {LEAD_TIME: ("2.4 days", "3.6 days"), "costs.holding": ("10 % per year", "30 % per year")}
    return sensitivity(
        "textbook/base_stock", inputs, kpis=["unit_fill_rate", "total_cost", "on_hand"], replications=20, workers=1
    )


def test_a_tornado_of_a_base_stock_agrees_with_its_theory(shelf):
    """Fill rate: P(demand over the lead time <= 15), for a mean of 12, 9.6 and 14.4."""
    exact = {
        key: stats.poisson.cdf(15, mean) - stats.poisson.cdf(15, 12) for key, mean in (("low", 9.6), ("high", 14.4))
    }
    found = {each.input: each.measures for each in shelf.effects["unit_fill_rate"]}[LEAD_TIME]
    for key, value in exact.items():
        error = (found[key].high - found[key].low) / 2 / 2.093  # t with 19 degrees of freedom
        assert abs(found[key].point - value) < 4 * error
        assert error < 0.1 * abs(value)
    assert found["low"].point > 0 > found["high"].point
    assert shelf.effects["unit_fill_rate"][0].input == LEAD_TIME


def test_the_base_is_the_scenario_run_alone(shelf):
    alone = simulator.run(load("textbook/base_stock"), 20, workers=1)
    for kpi, value in shelf.base.items():
        assert value == pytest.approx(alone.estimate(kpi).mean, rel=1e-12)


def test_a_cost_rate_moves_its_cost_in_proportion(shelf):
    """Half of the holding rate is half of what holding costs: 20 % a year of 25 for each unit on hand."""
    found = {each.input: each.measures for each in shelf.effects["total_cost"]}["costs.holding"]
    on_hand = shelf.base["on_hand"]
    for key, change in (("low", -0.10), ("high", 0.10)):
        assert found[key].point == pytest.approx(change * 25 * on_hand * 168 / 8760, rel=1e-9)
    untouched = {each.input: each.measures for each in shelf.effects["unit_fill_rate"]}["costs.holding"]
    assert {value.point for value in untouched.values()} == {0.0}


def test_a_tornado_of_a_queue_agrees_with_its_theory():
    """M/M/1: time in the system is 1 / (10 - 6), with 20 % fewer or more orders 1 / (10 - 4.8) and 1 / (10 - 7.2)."""
    stages = "[{stage: picking, staff: 1, time: {exponential: {mean: 6 min}}}]"
    text = queue(seed=11, horizon="1100 h", warm_up="100 h", orders="6 per hour", stages=stages)
    path = "market.segments.all.demand.orders"
    found = sensitivity(
        parse(text), {path: ("4.8 per hour", "7.2 per hour")}, kpis=["order_cycle_time"], replications=20, workers=1
    )
    measures = found.effects["order_cycle_time"][0].measures
    for key, exact in (("low", 1 / 5.2 - 1 / 4), ("high", 1 / 2.8 - 1 / 4)):
        error = (measures[key].high - measures[key].low) / 2 / 2.093
        assert abs(measures[key].point - exact) < 4 * error
        assert error < 0.1 * abs(exact)


def test_the_default_inputs_of_the_quickstart():
    """Behaviour and everything that it says it assumes, a fifth down and up; no decision, no weight."""
    scenario = load("quickstart")
    inputs, left_out = assumed_inputs(scenario)
    found = {each.name: each for each in inputs}
    assert not left_out
    for name in (
        "market.segments.shops.patience.weibull.scale",
        "market.segments.web_guests.waits",
        "costs.backorder",
        "network.suppliers.importer.lead_time.gamma.cv",
        "service.rules[0].returns.rate",
        "products.*.cost",
        "market.segments.key_accounts.demand.orders",
        "network.sites.warehouse.stages[1].time",
    ):
        assert name in found
    for name in found:
        assert not {"target", "staff", "promise", "price", "popularity", "seed", "weekdays"} & set(name.split("."))
    assert found["market.segments.web_guests.waits"].ranges == {"market.segments.web_guests.waits": Range(0.48, 0.72)}
    assert found["costs.labour"].at(0.0) == {"costs.labour": 8.0}
    assert found["costs.holding"].at(1.0) == {"costs.holding": "24 % per year"}
    assert found["market.segments.web_guests.waits"].assumed == "nor is who gives up at once"
    assert not found["service.rules[0].returns.rate"].assumed
    together = found["products.*.cost"]
    assert len(together.ranges) == len(scenario.products)
    assert together.at(0.0)["products.hanging heart.cost"] == pytest.approx(0.8 * 1.48, abs=0.001)


def test_every_quantity_of_the_costs_and_the_assumptions_is_an_input():
    """Nothing of these sections is forgotten: counted from the plain data, another way."""
    scenario = load("quickstart")
    inputs, _ = assumed_inputs(scenario)
    covered = {path for each in inputs for path in each.ranges}
    assert {f"costs.{way[0]}" for way, _ in leaves(scenario.source["costs"])} <= covered
    assert sum(path.startswith("market.segments.shops.patience") for path in covered) == 2


def test_an_assumption_makes_an_input_of_what_would_be_none():
    """Units of a line are no behaviour of the default set; a target below an assumption remains a decision."""
    assumed = "assumptions={market.segments.all.basket: guessed, network.sites: guessed}"
    tenths = "products.part.step=0.1"  # a count of whole units is not moved by a fifth
    plain, guessed = (assumed_inputs(load("textbook/base_stock", [tenths, *more]))[0] for more in ([], [assumed]))
    (more,) = [each for each in guessed if each.name not in {other.name for other in plain}]
    assert (more.name, more.said, more.assumed) == ("market.segments.all.basket.units", "0.8..1.2", "guessed")


def test_what_cannot_be_moved_alone_is_left_out_and_named():
    """A share ends at 1 (0.9 becomes 0.72 to 1); shares of a mixture add to 1 and cannot be moved one at a time."""
    changes = [
        f"{LEAD_TIME}={{mixture: [{{share: 0.9, of: 2 days}}, {{share: 0.1, of: 4 days}}]}}",
        "market.segments.all.waits=0.9",
    ]
    inputs, left_out = assumed_inputs(load("textbook/base_stock", changes))
    found = {each.name: each for each in inputs}
    assert found["market.segments.all.waits"].ranges["market.segments.all.waits"] == Range(0.9 * 0.8, 1.0)
    assert set(left_out) == {f"{LEAD_TIME}.mixture[{place}].share" for place in (0, 1)}
    assert all("add to" in reason for reason in left_out.values())
    assert f"{LEAD_TIME}.mixture[0].of" in found


@pytest.mark.parametrize("text", ["16:30", "mon-fri", "a1", "2026", True, None, [1]])
def test_what_is_no_quantity(text):
    assert quantity(text) is None


def test_inputs_that_move_together_do():
    """Morris and Sobol move them through their ranges as one."""
    inputs, _ = assumed_inputs(load("quickstart"))
    costs = next(each for each in inputs if each.name == "products.*.cost")
    for share, factor in ((0.0, 0.8), (0.5, 1.0), (1.0, 1.2)):
        assert costs.at(share)["products.recipe box.cost"] == pytest.approx(1.48 * factor, abs=0.001)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"method": "guess"}, "tornado, morris or sobol"),
        ({"replications": 1}, "2 or more"),
        ({"spread": 1.5}, "between 0 and 1"),
        ({"points": 8}, "two for each input"),
        ({"method": "sobol", "points": 20_000}, "too many"),
        ({"inputs": {"costs.order": ["1", "2", "3"]}}, "a range is expected"),
        ({"inputs": {}}, "no input to vary"),
        ({"kpis": ["sla_attainment"], "inputs": {"costs.order": (1, 2)}}, "not measured at every point"),
    ],
)
def test_analyses_that_make_no_sense(settings, said):
    with pytest.raises((DesignError, ArgumentError), match=said):
        sensitivity(load("textbook/base_stock", SHORT), **{"replications": 2, "workers": 1, **settings})


def test_an_unknown_kpi_is_told():
    with pytest.raises(KeyError, match="fill"):
        sensitivity("textbook/base_stock", kpis=["fill"])


@pytest.mark.parametrize(("method", "points", "total"), [("morris", 4, 4 * 3), ("sobol", 4, 4 * 4)])
def test_morris_and_sobol_of_a_scenario(method, points, total, tmp_path):
    """The lead time matters to the fill rate, a cost rate does not; the same again from the store plays nothing."""
    settings = {
        "inputs": dict([written(f"{LEAD_TIME}=2..4 days"), written("costs.holding=10..30 % per year")]),
        "method": method,
        "points": points,
        "kpis": ["unit_fill_rate"],
        "replications": 2,
        "workers": 1,
        "store": tmp_path / "s",
    }
    told = []
    found = sensitivity(load("textbook/base_stock", SHORT), **settings)
    again = sensitivity(load("textbook/base_stock", SHORT), **settings, progress=lambda done, _: told.append(done))
    assert found.points == total
    assert found.as_json() == again.as_json()
    assert len(set(told)) == 1
    first, second = found.effects["unit_fill_rate"]
    assert first.input == LEAD_TIME
    assert all(abs(value.point) < 0.05 for value in second.measures.values())


def test_an_interrupted_analysis_says_so_and_can_be_gone_on_with(tmp_path):
    def stop(done, total):
        if done >= 5:  # of the last point one replication of two is there
            raise KeyboardInterrupt

    settings = {"inputs": {"costs.order": (1.0, 2.0)}, "replications": 2, "workers": 1, "store": tmp_path / "s"}
    with pytest.raises(Unfinished, match="interrupted"):
        sensitivity(load("textbook/base_stock", SHORT), **settings, progress=stop)
    assert sensitivity(load("textbook/base_stock", SHORT), **settings).points == 3


def test_lists_are_for_sweeps():
    with pytest.raises(DesignError, match="for a sweep"):
        named({"a": Choice((1, 2))})


def test_defaults_that_are_assumed_are_varied():
    """What a description calls an assumption is varied though the scenario does not state it; what it states replaces
    the default, and a default that is none, such as the share of self-service, is left alone."""
    inputs, left_out = assumed_inputs(load("what_if/contacts", ["communication.asking.upset=0.3"]))
    found = {each.name: each for each in inputs}
    assert found["communication.asking.base"].at(0.0) == {"communication.asking.base": "0.008 per day"}
    assert found["communication.asking.trust_lost"].assumed.endswith("Assumption.")
    assert found["communication.asking.upset"].at(0.0) == {"communication.asking.upset": pytest.approx(0.24)}
    assert not any("self_service" in name for name in found if name.startswith("communication"))
    assert "communication.asking.late.0 h" in left_out


def test_how_goodwill_moves_is_assumed_and_varied():
    """The defaults of the rule and of the segment's terms, as what a scenario assumes itself."""
    inputs, _ = assumed_inputs(load("what_if/goodwill"))
    names = {each.name for each in inputs}
    assert {"goodwill.default.experience.good", "goodwill.default.half_life", "goodwill.default.elasticity"} <= names
