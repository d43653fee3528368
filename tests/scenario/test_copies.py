"""A scenario is a value: a copy is another one, validated, with a hash of its own, and is what is played."""

import copy
import gc
import json
import pickle
import random
import weakref

import numpy as np
import pytest
from pydantic import ValidationError

import simulator
from simulator import units
from simulator.planning.expected_demand import expected_demand
from simulator.planning.stock_levels import customer_classes, product_classes, sized_rules
from simulator.replication.measure import measure
from simulator.scenario.calendars import Calendar, Departures
from simulator.scenario.costs import Costs
from simulator.scenario.distributions import Duration, Quantity
from simulator.scenario.errors import ScenarioError
from simulator.scenario.optimise import Decision
from simulator.scenario.reading.load import changed, gallery_names, load, parse
from simulator.scenario.scenario import Run, Scenario

SHORT = ["run.horizon=8 weeks", "run.warm_up=1 week"]


@pytest.fixture(scope="module")
def base():
    return load("quickstart", SHORT)


def facts(scenario):
    """Everything that happened in a replication, bit for bit."""
    columns = simulator.simulate(scenario, 0)._columns
    return {kind.__name__: {name: each.tobytes() for name, each in own.items()} for kind, own in columns.items()}


def test_a_changed_copy_is_what_is_played(base):
    """Lost sales where the original has backorders, in this process and in workers, digit for digit."""
    lost = load("quickstart", [*SHORT, "service.stockout={rule: lost_sale}"])
    copied = base.model_copy(update={"service": lost.service})
    assert copied.hash == lost.hash != base.hash
    crews = ((base, 1), (copied, 2), (lost, 1))
    played = [simulator.run(each, 2, workers=count).values("lost_sales").tolist() for each, count in crews]
    assert played[0] != played[1] == played[2]
    here = [measure(simulator.simulate(copied, number)).values["lost_sales"][""] for number in (0, 1)]
    assert np.ravel(here).tolist() == np.ravel(played[1]).tolist()


def test_copies_are_nested_as_models_are(base):
    longer = base.model_copy(update={"run": base.run.model_copy(update={"horizon": 9 * 168.0, "seed": 99})})
    assert longer.hash == load("quickstart", ["run.horizon=9 weeks", "run.warm_up=1 week", "run.seed=99"]).hash
    assert longer.hash != base.hash
    result = simulator.run(longer, 1, workers=1)
    assert (result.as_json()["seed"], result.scenario.run.horizon) == (99, 1512.0)


def test_a_value_is_given_as_the_field_holds_it_or_as_a_scenario_writes_it(base):
    for nine_weeks in (1512.0, "9 weeks", "63 days"):
        assert base.run.model_copy(update={"horizon": nine_weeks}).horizon == 1512.0
    copied = base.model_copy(update={"run": {"horizon": "9 weeks", "seed": 5}})
    assert (copied.run.horizon, copied.run.seed, copied.run.warm_up) == (1512.0, 5, 0.0)


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({"horizon": -3.0}, "a duration must not be negative"),
        ({"horizon": 100.0}, "warm_up must be shorter than horizon"),
        ({"horizon": float("nan")}, "a duration with its unit"),
        ({"seed": "lucky"}, "valid integer"),
        ({"start": object()}, "a date is expected"),
        ({"horizn": 100.0}, "horizn\n"),
    ],
)
def test_what_will_not_do_is_told_when_the_copy_is_made(base, update, said):
    with pytest.raises(ValidationError, match=said):
        base.run.model_copy(update=update)


def test_a_copy_is_held_to_what_only_the_whole_can_judge(base):
    with pytest.raises(ValidationError, match="there is no segment 'key_accounts'"):
        base.model_copy(update={"market": parse(TWO).market})
    with pytest.raises(ValidationError, match="surprise"):
        base.model_copy(update={"surprise": 1})


def test_a_copy_without_changes_is_equal(base):
    for same in (base.model_copy(), base.model_copy(deep=True), copy.copy(base), copy.deepcopy(base)):
        assert same is not base
        assert same == base
        assert same.hash == base.hash
        assert Scenario.model_validate(same.source) == base


def test_nothing_worked_out_of_the_original_is_left_in_a_copy():
    slow = Duration.model_validate({"gamma": {"mean": "2 days", "cv": 0.5}})
    assert slow.expected == 48.0
    assert slow.gamma.moments() == pytest.approx((48.0, 576.0))
    quick = slow.model_copy(update={"gamma": slow.gamma.model_copy(update={"mean": 24.0})})
    assert (quick.expected, slow.expected) == (24.0, 48.0)
    assert slow.model_copy(update={"gamma": None, "constant": 3.0}).expected == 3.0
    assert slow.model_copy().__dict__.keys() == Duration.model_fields.keys()
    days = Calendar(hours="08:00-16:00")
    assert [shift.hours for shift in days.work] == [(8.0, 16.0)]
    assert [shift.hours for shift in days.model_copy(update={"hours": "09:00-17:00"}).work] == [(9.0, 17.0)]


TWO = """
name: Two
run: {start: 2026-01-05, horizon: 8 weeks}
market:
  segments:
    all:
      customers: {ann: 3, bob: 1}
      demand: {rule: poisson, orders: 6 per day}
      basket: {units: {empirical: {values: {1: 3, 2: 5, 12: 1}}}}
products: {mug: {price: 3, cost: 1, popularity: 2}, lamp: {price: 9, cost: 4, popularity: 1}}
network:
  suppliers: {maker: {lead_time: 2 days}}
  sites: {shop: {stock: {default: {rule: base_stock, target: {line_fill_rate: 95 %}}}}}
segmentation: {products: {rule: abc}, customers: {rule: abc}}
"""


def test_what_planning_works_out_is_of_the_copy():
    base = parse(TWO)
    before = expected_demand(base)["mug"].mean, sized_rules(base, "shop")["mug"][1].level
    assert product_classes(base) == ["A", "A"]
    assert customer_classes(base) == {"ann": "A", "bob": "A"}
    products = base.products | {"mug": base.products["mug"].model_copy(update={"popularity": 40.0})}
    other = base.model_copy(update={"products": products})
    assert expected_demand(other)["mug"].mean > before[0]
    assert sized_rules(other, "shop")["mug"][1].level > before[1]
    assert product_classes(other) == ["A", "B"] != product_classes(base)
    assert (expected_demand(base)["mug"].mean, sized_rules(base, "shop")["mug"][1].level) == before


def test_a_scenario_holds_nothing_but_its_fields():
    scenario = parse(TWO)
    measure(simulator.simulate(scenario, 0))
    assert scenario.hash
    assert scenario.source
    assert scenario.__dict__.keys() == Scenario.model_fields.keys()
    assert not scenario.__pydantic_private__


def test_what_was_worked_out_is_gone_with_the_scenario():
    scenario = parse(TWO)
    demand = expected_demand(scenario)
    assert expected_demand(scenario) is demand, "worked out once"
    gone = weakref.ref(scenario)
    del scenario
    gc.collect()
    assert gone() is None


def test_a_scenario_put_together_from_models_is_played_by_workers(base):
    parts = Scenario(**{name: getattr(base, name) for name in Scenario.model_fields})
    assert parts.hash == base.hash
    assert Scenario.model_validate(parts.source) == base
    one, other = (simulator.run(each, 2, workers=n).estimate("line_fill_rate") for each, n in ((base, 1), (parts, 2)))
    assert one == other


@pytest.mark.parametrize("name", gallery_names())
def test_every_gallery_scenario_is_written_and_read_again_as_it_was(name):
    scenario = load(name)
    plain = json.loads(json.dumps(scenario.written()))
    for again in (Scenario.model_validate(plain), pickle.loads(pickle.dumps(scenario))):
        assert again == scenario
        assert again.hash == scenario.hash
        assert repr(again) == repr(scenario), "in the same order, too"


@pytest.mark.parametrize("name", ["quickstart", "full_service", "what_if/retailer_contract"])
def test_what_is_read_again_is_played_as_it_was(name):
    scenario = load(name, ["run.horizon=2 weeks", "run.warm_up=1 day"])
    assert facts(pickle.loads(pickle.dumps(scenario))) == facts(scenario)


def test_the_source_is_as_it_was_written_and_nobody_changes_it(base):
    assert base.source["run"] == {**base.source["run"], "horizon": "8 weeks"}
    base.source["run"]["horizon"] = "1 week"
    data = {**base.source, "run": {"horizon": "5 weeks"}}
    scenario = Scenario.model_validate(data)
    data["run"]["horizon"] = "1 week"
    assert scenario.source["run"]["horizon"] == "5 weeks"
    assert base.source["run"]["horizon"] == "8 weeks"


def test_a_copy_is_edited_by_path_like_what_was_read(base):
    copied = base.model_copy(update={"run": base.run.model_copy(update={"seed": 3})})
    assert changed(copied, {"run.horizon": "9 weeks"}).run == Run(
        start=base.run.start, horizon="9 weeks", warm_up="1 week", seed=3
    )
    with pytest.raises(ScenarioError, match=r"run\.seed"):
        changed(copied, {"run.seed": -1})


def test_a_copy_with_decisions_still_knows_its_paths():
    """The paths are looked up in the scenario's own writing, which a copy and a worker have too."""
    scenario = load("what_if/cheapest_97")
    copied = scenario.model_copy(update={"about": "Another question."})
    assert pickle.loads(pickle.dumps(copied)).optimise == scenario.optimise


def numbers():
    draw = random.Random(7)
    return [0.0, 1 / 3, 0.1, 1e-7, 1e9, *(draw.uniform(0, 10 ** draw.randint(-6, 6)) for _ in range(2000))]


@pytest.mark.parametrize(
    ("write", "read"),
    [(units.written_hours, units.hours), (units.written_rate, units.per_hour)],
)
def test_quantities_are_written_in_all_digits(write, read):
    assert [read(write(number)) for number in numbers()] == numbers()
    minutes = [count / 60 for count in range(1, 5000)]
    assert [read(write(number)) for number in minutes] == minutes


def test_cost_rates_times_of_day_and_amounts_are_written_in_all_digits():
    for basis in units.BASES:
        for hourly in (True, False):
            rates = [units.CostRate(number, basis, hourly) for number in numbers()]
            assert [units.cost_rate(units.written_cost(rate)) for rate in rates] == rates
    clocks = [units.clock(f"{hour}:{minute:02d}") for hour in range(24) for minute in range(60)]
    assert [units.clock(units.written_clock(at)) for at in clocks] == clocks
    for text in (12, 0.5, "2.50 days", "-3 h", "90 %"):
        assert units.amount(units.written_amount(units.amount(text))) == units.amount(text)


@pytest.mark.parametrize(
    "model",
    [
        Calendar(shifts=({"days": "mon-fri", "hours": "22:00-06:00"}, {"hours": "08:15-00:00"}), closed=["2026-01-06"]),
        Departures(at=("11:00", "16:20"), days="mon,sat"),
        Departures(every="90 min"),
        Costs(holding="20 % per year", lost_sale="10 %", backorder="0.10 per unit per day", labour={"picking": 3}),
        Decision(low="1 day", high="30 days", step="0.5 days"),
        Decision(choices=(2, "3 days", {"rule": "periodic"})),
        Duration.model_validate({"empirical": {"values": ["1 day", "1 day", "90 min"]}}),
        Duration.model_validate({"empirical": {"values": {"24 h": 2, "1 day": 3}}}),
        Duration.model_validate({"empirical": {"quantiles": {0: "1 h", 0.5: "4 h", 1: "20 h"}}}),
        Duration.model_validate(
            {"mixture": [{"share": 0.3, "of": "2 h"}, {"share": 0.7, "of": {"exponential": {"mean": "1 h"}}}]}
        ),
        Quantity.model_validate({"empirical": {"values": {1: 3, 2: 5}}}),
        Quantity.model_validate({"constant": 0}),
    ],
    ids=lambda model: type(model).__name__,
)
def test_every_kind_of_value_is_written_and_read_again(model):
    assert type(model).model_validate(json.loads(json.dumps(model.written()))) == model
    assert type(model).model_validate(json.loads(json.dumps(model.canonical()))) == model
    assert pickle.loads(pickle.dumps(model)) == model


def test_two_that_were_played_can_be_compared():
    """What was worked out while they were played, such as arrays, is no part of what they are."""
    one, other = (load("quickstart", ["run.horizon=2 weeks", "run.warm_up=0 h"]) for _ in range(2))
    for each in (one, other):
        simulator.simulate(each)
    assert one == other
    assert hash(one.run) == hash(other.run)
    assert one != load("quickstart", ["run.horizon=3 weeks", "run.warm_up=0 h"])
