"""Demand from the history itself: replayed order by order, or whole orders drawn again."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.facts import LineOrdered, Ordered
from simulator.engine.ledger import Ledger
from simulator.fitting import Fit, Options, fit
from simulator.replication.simulate import simulate
from simulator.scenario.reading.load import load

Rows = Callable[..., Path]
LINES = [
    "1,sale,2026-01-06T09:30,home,web,c1,mug,2,3.0",
    "1,sale,2026-01-06T09:30,home,web,c1,lamp,1,40.0",
    "2,sale,2026-01-07T10:00,shop,phone,c2,mug,12,2.5",
    "R1,return,2026-01-08T10:00,home,web,c1,mug,-1,3.0",
    "3,sale,2026-01-20T23:59,home,web,c3,card,50,0.5",
]


def play(found: Fit, folder: Path) -> Ledger:
    found.save(folder / "fitted.yaml")
    return simulate(load(folder / "fitted.yaml"), 0)


def entered(ledger: Ledger) -> list[tuple[float, str, float, float]]:
    """Time of order, SKU, units and price of each line."""
    orders, lines, skus = ledger.columns(Ordered), ledger.columns(LineOrdered), list(ledger.scenario.products)
    columns = (lines[name].tolist() for name in ("order", "sku", "units", "price"))
    return [
        (round(float(orders["at"][order - 1]), 6), skus[sku], units, price)
        for order, sku, units, price in zip(*columns, strict=True)
    ]


REPLAYED = [(9.5, "mug", 2, 3.0), (9.5, "lamp", 1, 40.0), (34.0, "mug", 12, 2.5), (360 - 1 / 60, "card", 50, 0.5)]


def test_a_history_is_replayed_line_by_line(rows: Rows, tmp_path: Path) -> None:
    found = fit(rows(*LINES), Options(demand="replayed"))
    assert found.history is None  # the file is used as it is
    assert entered(play(found, tmp_path)) == [(pytest.approx(at), *rest) for at, *rest in REPLAYED]


def test_a_history_with_bad_rows_is_replayed_from_a_clean_copy(rows: Rows, tmp_path: Path) -> None:
    bad = ["4,sale,2026-01-20T12:00,home,web,c1,mug,-9,3.0", "5,sale,soon,home,web,c1,mug,1,3.0"]
    found = fit(rows(*LINES, *bad), Options(demand="replayed"))
    assert entered(play(found, tmp_path)) == [(pytest.approx(at), *rest) for at, *rest in REPLAYED]
    assert (tmp_path / "orders_sales.csv.gz").exists()
    assert found.scenario["market"]["history"]["file"] == "orders_sales.csv.gz"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_another_dialect_is_replayed_from_a_clean_copy(rows: Rows, tmp_path: Path, delimiter: str) -> None:
    text = [
        line.replace(",", delimiter)
        .replace("2026-01-06T", "06/01/2026 ")
        .replace("2026-01-07T", "07/01/2026 ")
        .replace("2026-01-08T", "08/01/2026 ")
        .replace("2026-01-20T", "20/01/2026 ")
        for line in LINES
    ]
    header = "order,type,time,segment,channel,customer,sku,units,price".replace(",", delimiter)
    found = fit(rows(*text, header=header), Options(demand="replayed"))
    assert entered(play(found, tmp_path)) == [(pytest.approx(at), *rest) for at, *rest in REPLAYED]


def test_resampled_orders_are_whole_orders_of_the_history(rows: Rows, tmp_path: Path) -> None:
    ledger = play(fit(rows(*LINES), Options(demand="resampled", weeks=60)), tmp_path)
    lines = entered(ledger)
    wanted = {tuple(sorted(row[1:] for row in lines if row[0] == at)) for at, *_ in lines}
    whole = {(("lamp", 1, 40.0), ("mug", 2, 3.0)), (("mug", 12, 2.5),), (("card", 50, 0.5),)}
    assert wanted == whole
    per_week = len(ledger.columns(Ordered)["at"]) / 68
    assert per_week == pytest.approx(3 / 15 * 7, abs=4 * np.sqrt(1.4 / 68))  # 15 days, from the 6th to the 20th


def test_a_history_without_segments_is_replayed_once(rows: Rows, tmp_path: Path) -> None:
    file = rows("1,2026-01-06,mug,2,3", "2,2026-01-07,mug,1,3", header="order,date,sku,qty,price")
    assert len(entered(play(fit(file, Options(demand="replayed")), tmp_path))) == 2


def test_blanks_around_names_are_replayed_from_a_clean_copy(rows: Rows, tmp_path: Path) -> None:
    found = fit(rows(*(line.replace(",mug,", ", mug ,") for line in LINES)), Options(demand="replayed"))
    assert entered(play(found, tmp_path)) == [(pytest.approx(at), *rest) for at, *rest in REPLAYED]
