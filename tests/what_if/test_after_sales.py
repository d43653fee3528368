"""Known outcomes of after-sales, with the same failures and the same random numbers on both sides."""

from functools import cache
from math import gamma

import numpy as np
import pytest

import simulator
from simulator.engine.facts import LineOrdered, Ordered
from simulator.engine.ledger import Ledger
from simulator.mechanisms.after_sales.facts import Failed, PartNeeded
from simulator.replication.measure import measure

WEEK = 168.0
SPARES = "spares", "spares_faster_repair", "spares_more"


@cache
def ledger(name: str, *changes: str) -> Ledger:
    return simulator.simulate(simulator.load(f"what_if/{name}", list(changes)))


@cache
def found(name: str, *changes: str) -> dict[str, dict[str, np.ndarray]]:
    return measure(ledger(name, *changes)).values


def whole(kpi: str, name: str, *changes: str) -> float:
    return float(found(name, *changes)[kpi][""][0])


def test_a_surge_of_sales_is_a_surge_of_spares_one_life_later():
    """Four hundred units in week 10 are as many parts, all around a mean life later; nobody else's fail otherwise."""
    plenty = "after_sales.parts.motor.stock.depot=1000"  # else some wait, and fail later the next time
    steady, surge = ledger("sales_steady", plenty), ledger("sales_surge", plenty)

    def first_failures(run: Ledger) -> tuple[np.ndarray, np.ndarray]:
        """In hours, of the units of the campaign and of others; each needs a motor."""
        table, segment = run.columns(Failed), run.columns(Ordered)["segment"]
        _, first = np.unique(table["unit"], return_index=True)
        at, line = table["at"][first], table["line"][first]
        mine = segment[run.columns(LineOrdered)["order"] - 1][line - 1] == 1
        return at[mine], np.sort(at[~mine])

    few, others = first_failures(steady)
    many, same = first_failures(surge)
    assert (others == same).all()
    assert len(few) <= 1
    life = 40 * gamma(1.25)
    assert len(many) == pytest.approx(400 * (1 - np.exp(-((55 / 40) ** 4))), abs=20)
    assert many.mean() / WEEK == pytest.approx(10 + life, abs=1.5)
    assert (many < 25 * WEEK).sum() < 20
    needed = [run.columns(PartNeeded)["at"] / WEEK for run in (steady, surge)]
    at_40, at_52 = (400 * np.exp(-(((week - 10) / 40) ** 4)) for week in (40, 52))  # that have not failed yet
    more = np.diff([((at > 40) & (at < 52)).sum() for at in needed])[0]
    assert more == pytest.approx(at_40 - at_52, abs=40)
    assert whole("base_forecast_error", "sales_surge") < 0.7 * whole("usage_forecast_error", "sales_surge")


def test_faster_repair_is_worth_as_much_as_more_spares():
    """One failure a day: 8 days with 12 spares and 4 days with 7 meet 88.8 and 88.9 % at once (Poisson), 7 with 8 days
    31 %; the failures are the same."""
    runs = {
        name: [simulator.simulate(simulator.load(f"what_if/{name}"), number) for number in range(5)] for name in SPARES
    }
    first, *rest = ([run.columns(Failed)["at"][:20].tolist() for run in each] for each in runs.values())
    assert all(each == first for each in rest)
    fill, waits = (
        {name: np.mean([measure(run).values[kpi][""][0] for run in each]) for name, each in runs.items()}
        for kpi in ("part_fill_rate", "part_backorders")
    )
    slow, fast, more = fill.values()
    assert slow == pytest.approx(0.313, abs=0.12)
    assert fast == pytest.approx(0.889, abs=0.05)
    assert more == pytest.approx(0.888, abs=0.07)
    slow, fast, more = waits.values()
    assert max(fast, more) < 0.3 * slow


def test_whoever_comes_first_by_contract_is_paid_for_by_the_others():
    """All technicians are as busy as before, and the mean over all is the same (the order looks at no length)."""
    by = {name: found(name)["response_time"] for name in ("service_calls", "service_calls_by_contract")}
    before, after = by.values()
    assert after["service_contract"][0] < 0.75 * before["service_contract"][0]
    assert after[""][0] == pytest.approx(before[""][0], rel=0.06)
    late = [1 - whole("response_in_time", name) for name in by]
    assert late[1] < late[0]
    assert whole("service_penalty_cost", "service_calls_by_contract") < whole("service_penalty_cost", "service_calls")


def test_the_shortest_job_first_shortens_the_mean():
    shortest = "after_sales.dispatch.rule=shortest_job"
    assert whole("response_time", "service_calls", shortest) < 0.9 * whole("response_time", "service_calls")
    long = [found("service_calls", *changes)["response_time"]["sku"][1] for changes in ((), (shortest,))]
    assert long[1] > long[0]  # who takes long waits for the others
