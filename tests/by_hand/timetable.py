"""A shop whose orders are written down one by one, so that a person can trace what becomes of them."""

import datetime as dt
from pathlib import Path
from typing import Any

from scenes import play

from simulator.engine.facts import Allocated, LineOrdered
from simulator.engine.ledger import Ledger

MONDAY = dt.datetime(2026, 1, 5)
SHOP = """
name: Shop
run: {{start: 2026-01-05, horizon: {horizon} h, seed: 1}}
market:
  channels: {{web: {{}}, phone: {{}}}}
  history: {{file: {file}, columns: {{segment: segment, price: price, channel: channel}}}}
  segments:
{segments}
products: {products}
network:
  suppliers: {{maker: {supplier}}}
  sites:
    shop: {{{stages}stock: {stock}{site}}}
{sites}
service: {service}
{more}
"""
Row = tuple[float, str, float] | tuple[float, str, float, str, float]


def shop(folder: Path, orders: dict[str, list[Row]], service: str, **kw: Any) -> Ledger:
    """The audited run of a shop: orders by segment, each line as hour, SKU, units (and channel, price).

    Lines of a segment at the same hour are one order.
    """
    rows = ["order,time,segment,sku,units,channel,price"]
    for segment, lines in orders.items():
        for at, sku, units, *rest in lines:
            channel, price = rest or ("web", 10)
            when = (MONDAY + dt.timedelta(hours=at)).isoformat()
            rows.append(f"{segment} {at},{when},{segment},{sku},{units},{channel},{price}")
    first = min(at for lines in orders.values() for at, *_ in lines)
    assert first < 24, "the history begins on the day of its first order"
    folder.mkdir(exist_ok=True)
    file = folder / "orders.csv"
    file.write_text("\n".join(rows) + "\n")
    segments = "\n".join(
        f"    {name}: {{demand: {{rule: replayed}}, channels: {{web: 0.5, phone: 0.5}}{kw.get(name, '')}}}"
        for name in orders
    )
    skus = dict.fromkeys(sku for lines in orders.values() for _, sku, *_ in lines)
    given = {
        "horizon": 100,
        "products": "{" + ", ".join(f"{sku}: {{price: 10, cost: 4}}" for sku in skus) + "}",
        "supplier": "{lead_time: 20 h}",
        "stages": "",
        "stock": NOTHING,
        "site": "",
        "sites": "",
        "more": "",
    } | {key: value for key, value in kw.items() if key not in orders}
    return play(SHOP.format(file=file, segments=segments, service=service, **given))


NOTHING = "{default: {rule: reorder_point, point: 0, quantity: 8, opening: 0}}"


def given(ledger: Ledger) -> list[tuple[float, int, float]]:
    """When which line got how many units."""
    return sorted((fact.at, fact.line, fact.units) for fact in ledger.of(Allocated))


def by_receipt(ledger: Ledger, lines: int) -> dict[float, list[float]]:
    """At each time at which anything was given: what each line got."""
    found: dict[float, list[float]] = {}
    assert len(ledger.columns(LineOrdered)["line"]) == lines
    for at, line, units in given(ledger):
        found.setdefault(at, [0.0] * lines)[line - 1] += units
    return found


def told(ledger: Ledger, *kinds: type) -> list[tuple[str, float, int, float]]:
    """What happened to lines, in the order of time: kind of fact, hour, line, units."""
    found = [(kind.__name__, fact.at, fact.line, fact.units) for kind in kinds for fact in ledger.of(kind)]
    return sorted(found, key=lambda row: (row[1], row[2]))
