"""KPIs step by step: counted one by one, and adding up to the whole."""

import math

import numpy as np
import pytest
from scenes import EVERYTHING

import simulator
from simulator.engine.facts import (
    Allocated,
    Backordered,
    Cancelled,
    Delivered,
    LineOrdered,
    Lost,
    Ordered,
    Received,
    Served,
)
from simulator.engine.ledger import Ledger
from simulator.measures.view import View
from simulator.mechanisms.returns.facts import Restocked
from simulator.replication.measure import NoSeriesError, catalogue, measure, series
from simulator.scenario.reading.load import load, parse
from simulator.scenario.scenario import Scenario

WEEK = 168.0


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulator.simulate(parse(EVERYTHING))


def short_lines(ledger: Ledger) -> set[int]:
    return {fact.line for kind in (Backordered, Lost) for fact in ledger.of(kind)}


def test_fill_rates_of_weeks_are_those_of_the_lines_ordered_in_them(ledger):
    """An order counts in the week in which it is placed, whenever it asks for stock."""
    asked = {fact.line for kind in (Allocated, Backordered, Lost) for fact in ledger.of(kind)}
    placed = {fact.order: fact.at for fact in ledger.of(Ordered)}
    short, filled, lines = short_lines(ledger), [0] * 12, [0] * 12
    for line in ledger.of(LineOrdered):
        if line.line in asked:
            week = int(placed[line.order] // WEEK)
            lines[week] += 1
            filled[week] += line.line not in short
    found = series(ledger, ["line_fill_rate"], WEEK)["line_fill_rate"]
    assert found.tolist() == [filled, lines]
    assert min(filled) < max(filled)


def test_cycle_times_of_weeks_are_those_of_the_orders_placed_in_them(ledger):
    """An order counts with what became of it in the end, in the week of its entry."""
    run, ledger = ledger, ledger.followed
    owed: dict[int, float] = {}
    line_order, arrivals, last = {}, {}, {}
    for line in ledger.of(LineOrdered):
        owed[line.order], line_order[line.line] = owed.get(line.order, 0.0) + line.units, line.order
    for kind in (Lost, Cancelled):
        for fact in ledger.of(kind):
            owed[line_order[fact.line]] -= fact.units
    for fact in ledger.of(Delivered):
        arrivals[fact.shipment], last[fact.order] = fact.at, fact.at
    for fact in ledger.of(Allocated):
        owed[line_order[fact.line]] -= fact.units * (fact.shipment in arrivals)
    hours, orders = [0.0] * 12, [0] * 12
    for order in ledger.of(Ordered):
        if abs(owed[order.order]) < 1e-9 and order.order in last:
            hours[int(order.at // WEEK)] += last[order.order] - order.at
            orders[int(order.at // WEEK)] += 1
    found = series(run, ["order_cycle_time"], WEEK)["order_cycle_time"]
    assert found[1].tolist() == orders
    assert found[0] == pytest.approx(hours)


def test_stock_of_days_is_the_level_over_each_day(ledger):
    """The level is followed from change to change, and cut at every midnight."""
    changes = [(fact.at, fact.units) for kind in (Received, Restocked) for fact in ledger.of(kind)]
    changes += [(fact.at, -fact.units) for fact in ledger.of(Allocated)]
    cuts = sorted([*changes, *((24.0 * day, 0.0) for day in range(85))])
    level, before, area = float(np.nansum(ledger.opening)), 0.0, [0.0] * 84
    for at, units in cuts:
        if at > before:
            area[min(int(before // 24), 83)] += level * (at - before)
        level, before = level + units, at
    found = series(ledger, ["on_hand"], 24.0)["on_hand"]
    assert found[1] == pytest.approx([24.0] * 84)
    assert found[0] == pytest.approx(area)


def test_queue_times_of_days_are_those_of_the_jobs_that_came_in_them(ledger):
    hours, count = [0.0] * 84, [0] * 84
    for job in ledger.followed.of(Served):
        if not math.isnan(job.started) and job.queued < 84 * 24:
            hours[int(job.queued // 24)] += job.started - job.queued
            count[int(job.queued // 24)] += 1
    found = series(ledger, ["queue_time"], 24.0)["queue_time"]
    assert found[1].tolist() == count
    assert found[0] == pytest.approx(hours)


@pytest.fixture(scope="module", params=["everything", "full_service"])
def whole(request) -> Ledger:
    if request.param == "everything":
        return simulator.simulate(parse(EVERYTHING))
    return simulator.simulate(load(request.param, ["run.horizon=4 weeks", "run.warm_up=1 week"]))


def test_every_kpi_is_the_same_measured_from_any_time_on(whole):
    """A view that begins later shares what the run knows with one that began at 0: it must not share more.

    Held against the same run of a scenario whose own warm-up ends there.
    """
    start = View(whole).since(0.0)
    for kpi in catalogue().values():
        start.values(kpi.function)
    data = dict(whole.scenario.source)
    later = Scenario.model_validate({**data, "run": {**data["run"], "warm_up": "3 weeks"}})
    exact = measure(simulator.simulate(later)).values
    view = start.since(3 * WEEK)
    for name, kpi in catalogue().items():
        found = view.values(kpi.function)
        assert (found is None) == (name not in exact), name
        if found is not None:
            assert found[""] == pytest.approx(exact[name][""], rel=1e-9, nan_ok=True), name


def test_the_steps_of_every_kpi_add_up_to_it(whole):
    """Whatever has a series: denominators are not negative, shares lie between 0 and 1, and after the warm-up the
    steps together are the KPI."""
    exact, weeks, without = measure(whole).values, int(whole.scenario.run.warm_up / WEEK), set()
    for name, kpi in catalogue().items():
        try:
            found = series(whole, [name], WEEK)
        except NoSeriesError:
            without.add(name)
            continue
        assert (name in found) == (name in exact)
        for above, below in found.values():
            assert (below >= 0).all(), name
            if kpi.unit.startswith("share"):
                assert (above >= -1e-9).all(), name
                assert (above <= below + 1e-9).all(), name
            total = below[weeks:].sum()
            after = above[weeks:].sum() / total if total else math.nan
            assert after == pytest.approx(exact[name][""][0], nan_ok=True), name
    never = {"order_cycle_time_p95", "order_cycle_time_sd", "perfect_order_product", "sla_attaining_cost"}
    assert without >= never.intersection(exact)
    assert not {"on_time", "total_cost", "queue_length", "utilisation", "failures_per_order"} & without


def test_the_own_warm_up_changes_nothing_of_a_series(ledger):
    other = simulator.simulate(parse(EVERYTHING.replace("warm_up: 2 weeks", "warm_up: 5 weeks")))
    kpis = ["unit_fill_rate", "on_hand", "queue_length", "total_cost"]
    for name, found in series(ledger, kpis, WEEK).items():
        assert series(other, kpis, WEEK)[name] == pytest.approx(found)


def test_a_step_that_is_not_whole_is_left_out_and_a_day_without_orders_is_empty(ledger):
    found = series(ledger, ["order_value"], 100.0)["order_value"]
    assert found.shape == (2, 20)  # 12 weeks are 2016 hours
    days = series(ledger, ["value_fill_rate"], 24.0)["value_fill_rate"]
    placed = ledger.columns(Ordered)["at"]
    empty = np.bincount((placed // 24).astype(int), minlength=84) == 0
    assert (days[:, empty] == 0).all()
    with pytest.raises(NoSeriesError, match="on_time_spread cannot be taken apart by time"):
        series(ledger, ["on_time_spread"], WEEK)
