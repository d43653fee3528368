"""Small histories whose numbers a person counted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.engine.facts import LineOrdered
from simulator.fitting import Options, fit
from simulator.fitting.order_patterns import fit_sizes
from simulator.fitting.return_patterns import fit_returns
from simulator.fitting.rows import usable_lines
from simulator.fitting.table import read_table
from simulator.replication.simulate import audit
from simulator.scenario.distributions import Duration

Rows = Callable[..., Path]
HEADER = "order,date,sku,qty,price"


def test_popularity_price_and_class_of_each_sku(rows: Rows) -> None:
    """Three weeks. Value: lamp 5 x 20 = 100, mug 10 + 4 = 14 of 120, so lamp is A up to 83 %, mug B, pin C.

    sku    lines  units  paid        week by week
    lamp       3      5  100         2, 1, 2        smooth
    mug        2      7   14         4, 0, 3        every 1.5 weeks, even: intermittent
    pin        2     10    6         9, 0, 1        every 1.5 weeks, uneven: lumpy
    """
    file = rows(
        "1,2026-01-05,lamp,2,20",
        "1,2026-01-05,mug,4,2.50",
        "2,2026-01-12,lamp,1,20",
        "3,2026-01-19,lamp,2,20",
        "3,2026-01-19,mug,3,1.3334",
        "3,2026-01-19,pin,1,0.6",
        "4,2026-01-07,pin,9,0.6",
        header=HEADER,
    )
    products = fit(file).scenario["products"]
    assert list(products) == ["lamp", "mug", "pin"]
    assert [product["popularity"] for product in products.values()] == [3, 2, 2]
    assert [product["price"] for product in products.values()] == [20, 2, 0.6]
    assert [product["class"] for product in products.values()] == ["AX", "BY", "CZ"]
    assert [product["demand_class"] for product in products.values()] == ["smooth", "intermittent", "lumpy"]


@pytest.mark.parametrize("demand", ["sampled", "resampled", "replayed"])
def test_fractions_get_the_smallest_quantity_that_holds_them(rows: Rows, demand: str, tmp_path: Path) -> None:
    """Flour by the hundredth of a kilo, a mug by the piece; what is written loads, and is played and audited."""
    lines = [
        f"{day},2026-01-{day:02},{'flour' if day % 2 else 'mug'},{0.25 * day if day % 2 else day},2"
        for day in range(1, 29)
    ]
    found = fit(rows(*lines, header=HEADER), Options(demand=demand))
    file = tmp_path / "fitted.yaml"
    found.save(file)
    scenario = simulator.load(file)
    assert scenario.products["flour"].step == 0.01
    ledger = simulator.simulate(scenario)
    audit(ledger)
    units, sku = (ledger.columns(LineOrdered)[name] for name in ("units", "sku"))
    assert (units[sku == list(scenario.products).index("flour")] % 1 > 0).any()


def test_skus_that_look_like_numbers_are_quoted(rows: Rows) -> None:
    text = fit(rows("1,2026-01-05,22423,1,2", "2,2026-01-05,85123A,1,2", header=HEADER)).text
    assert '\n  "22423": {' in text
    assert '\n  "85123A": {' in text


def test_blanks_around_a_name_do_not_make_another(rows: Rows) -> None:
    found = fit(rows("1,2026-01-05, mug ,1,2", "2,2026-01-05,mug,1,2", header=HEADER))
    assert list(found.scenario["products"]) == ["mug"]


def test_long_lags_that_a_short_history_rarely_shows_are_weighted_up(rows: Rows) -> None:
    """Lags of 2 and of 62 days are equally frequent, but in 90 days only 28 sales show the long one."""
    lines = []
    for day in range(88):
        for lag in (2, 62):
            date = np.datetime64("2026-01-05") + day
            lines.append(f"{day}-{lag},{date},c{day}-{lag},mug,1,2")
            if day + lag < 90:
                lines.append(f"R{day}-{lag},{date + lag},c{day}-{lag},mug,-1,2")
    file = rows(*lines, header="order,date,customer,sku,qty,price")
    table = read_table(file)
    roles = {"time": "date", "units": "qty"} | {name: name for name in ("order", "customer", "sku", "price")}
    used = usable_lines(table, roles, {}, file)
    from simulator.fitting.order_patterns import Window

    found = fit_returns(used.sales, used.returns, Window(used.sales["time"].min().date(), 90))
    assert found.mean_lag == pytest.approx((0.5 + 60.5) / 2, rel=0.07)
    assert Duration.model_validate(found.lag).expected / 24 == pytest.approx(30.5, rel=0.25)


def test_a_law_keeps_the_mean_and_the_spread_of_a_long_tail() -> None:
    units = np.round(np.random.default_rng(1).lognormal(1.5, 1.4, 20_000)).clip(1)
    sizes = fit_sizes(units)
    values, weights = np.array(sizes.values), np.array(sizes.weights)
    assert len(values) <= 22
    assert sizes.mean == pytest.approx(units.mean(), rel=0.005)
    assert np.average((values - sizes.mean) ** 2, weights=weights) == pytest.approx(units.var(), rel=0.03)
    assert sizes.distance(units) < 0.06
