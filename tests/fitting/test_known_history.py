"""Histories with known parameters: a fit finds them again, within sampling error."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fitting.conftest import HOURS, PRICES, UNITS, WEEKDAYS, Known

from simulator.engine.facts import LineOrdered, Ordered
from simulator.fitting import Fit, Options, fit
from simulator.mechanisms.returns.facts import Returned
from simulator.replication.simulate import simulate
from simulator.scenario.distributions import Duration, Quantity
from simulator.scenario.reading.load import load, parse

Make = Callable[[Known], Path]


def test_rate_rhythm_and_over_dispersion_are_found(year: Fit) -> None:
    market = year.scenario["market"]
    rates = {name: float(segment["demand"]["orders"].split()[0]) for name, segment in market["segments"].items()}
    assert sum(rates.values()) == pytest.approx(200, rel=3 * 0.3 / np.sqrt(260))  # 5 trading days x 40 orders
    assert rates["shop"] / sum(rates.values()) == pytest.approx(0.2, abs=0.012)
    assert market["rhythm"]["weekdays"] == pytest.approx((WEEKDAYS / WEEKDAYS.mean()).tolist(), abs=0.25)
    assert market["rhythm"]["weekdays"][5:] == [0, 0]
    assert market["rhythm"]["hours"] == pytest.approx((HOURS / HOURS.mean()).tolist(), abs=0.25)
    assert market["rhythm"]["day_to_day"] == pytest.approx(0.3, abs=0.06)


def test_poisson_orders_have_no_over_dispersion(make: Make) -> None:
    rhythm = fit(make(Known(cv=0, rate=0, lines=1))).scenario["market"]["rhythm"]
    assert rhythm["day_to_day"] < 0.08


def test_a_holiday_is_not_taken_for_a_bad_day(make: Make) -> None:
    file = make(Known(cv=0, rate=0, weeks=13, lines=1))
    lines = [line for line in file.read_text().splitlines() if "2026-02-11T" not in line and "2026-03-04T" not in line]
    file.write_text("\n".join(lines))
    assert fit(file).scenario["market"]["rhythm"]["day_to_day"] < 0.12  # 0.17 with two days of nothing


def test_a_season_shows_in_a_year_and_not_in_a_quarter(make: Make) -> None:
    months = fit(make(Known(season=1.0, rate=0, cv=0.1, lines=1))).scenario["market"]["rhythm"]["months"]
    assert months[11] / np.mean(months[:11]) == pytest.approx(2, rel=0.1)
    assert "months" not in fit(make(Known(season=1.0, rate=0, weeks=13, lines=1))).scenario["market"]["rhythm"]


def test_lines_units_and_order_value_are_found(year: Fit) -> None:
    segments = year.scenario["market"]["segments"]
    basket = segments["home"]["basket"]  # one channel: the segment's own basket
    assert segments["home"]["channels"] == {"web": 1.0}
    assert Quantity.model_validate(basket["lines"]).expected == pytest.approx(4, rel=0.05)
    groups = {sku: product["group"] for sku, product in year.scenario["products"].items()}
    for sku, mean in UNITS.items():
        law = Quantity.model_validate(basket["units_by_group"][groups[sku]])
        assert law.expected == pytest.approx(mean, rel=0.1)
        assert law.variance == pytest.approx(mean * (mean - 1), rel=0.2, abs=0.2)
        assert year.scenario["products"][sku]["price"] == PRICES[sku]
    assert all(abs(each.difference) < 0.02 for each in year.findings if "units returned" not in each.what)


def test_return_rate_lag_and_part_are_found(year: Fit) -> None:
    rules = year.scenario["service"]["rules"]
    terms = {rule["when"]["segment"]: rule["returns"] for rule in rules if "returns" in rule}
    for segment, lines in (("home", 33_000), ("shop", 8_300)):
        assert terms[segment]["rate"] == pytest.approx(0.06, abs=4 * np.sqrt(0.06 / lines))
        lag = Duration.model_validate(terms[segment]["lag"])
        assert lag.expected / 24 == pytest.approx(4 - 1.5, rel=0.1)  # 1.5 days are the delivery's
    units = np.random.default_rng(1).choice([1, 2, 4, 10, 30], 1000)
    part = terms["home"]["part"]
    observed = np.mean(np.maximum(1, np.round(units / 2)) / units)
    assert np.mean(np.ceil(units * part) / units) == pytest.approx(observed, abs=0.06)


def test_the_fit_of_a_simulation_of_a_fit_is_the_fit(make: Make, tmp_path: Path) -> None:
    """History -> scenario -> simulated history -> scenario: the second says what the first said."""
    first = fit(make(Known(weeks=13)))
    first.save(tmp_path / "first.yaml")
    ledger = simulate(load(tmp_path / "first.yaml", ["run.horizon=52 weeks"]), 0)
    orders, lines, back = (ledger.columns(kind) for kind in (Ordered, LineOrdered, Returned))
    skus, rows = list(first.scenario["products"]), ["order,time,sku,units,price,segment,type,customer"]
    names = list(first.scenario["market"]["segments"])

    def row(line: int, at: float, units: float, kind: str) -> str:
        order = int(lines["order"][line]) - 1
        time = np.datetime64("2026-01-05T00:00:00") + np.timedelta64(round(at * 3600), "s")
        sku, segment = skus[lines["sku"][line]], names[orders["segment"][order]]
        return f"{kind}{order},{time},{sku},{units:g},{lines['price'][line]},{segment},{kind},c{order}"

    rows += [row(i, orders["at"][order - 1], lines["units"][i], "sale") for i, order in enumerate(lines["order"])]
    rows += [row(i - 1, at, u, "return") for i, at, u in zip(back["line"], back["at"], back["units"], strict=True)]
    (tmp_path / "again.csv").write_text("\n".join(rows))
    again = fit(tmp_path / "again.csv")
    history = {each.what: each.history for each in again.findings}
    for each in first.findings:
        tolerance = 0.25 if "variance" in each.what else 0.08
        assert history[each.what] == pytest.approx(each.fitted, rel=tolerance), each.what


def test_a_target_by_class_and_other_assumptions_are_taken_over(make: Make) -> None:
    options = Options(
        targets={"A": 0.99},
        target=0.9,
        cover="10 days",
        lead_time="3 weeks",
        cost_share=0.25,
        holding="12 % per year",
        promise="1 day",
        name="Crockery",
        about="Why?",
        weeks=30,
        seed=7,
    )
    found = fit(make(Known(weeks=4)), options).scenario
    stock = found["network"]["sites"]["warehouse"]["stock"]
    first = [sku for sku, product in found["products"].items() if product["class"].startswith("A")]
    assert set(stock) == {"default", *first}
    assert stock["default"] == {"rule": "reorder_point", "cover": "10 days", "target": {"unit_fill_rate": 0.9}}
    assert stock[first[0]]["target"] == {"unit_fill_rate": 0.99}
    assert found["network"]["suppliers"]["supplier"]["lead_time"] == "3 weeks"
    assert found["products"]["lamp"]["cost"] == 10
    assert found["service"]["rules"][0]["promise"]["time"] == "1 day"
    assert (found["costs"]["holding"], found["name"], found["about"]) == ("12 % per year", "Crockery", "Why?")
    assert (found["run"]["horizon"], found["run"]["seed"]) == ("38 weeks", 7)


def test_every_assumption_is_listed_with_a_reason(make: Make) -> None:
    found = fit(make(Known(weeks=4)))
    listed = parse(found.text).assumptions
    assert listed == found.assumed
    for path in ("products.*.cost", "network.suppliers.supplier.lead_time", "service.rules[0].promise", "costs"):
        assert listed[path]
        assert path in found.summary()
