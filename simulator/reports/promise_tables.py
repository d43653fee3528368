"""Available to promise by bucket of time: a shelf as it stands at a moment of a run."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from simulator.drawing.wording import clock, moment
from simulator.engine.promised import owed
from simulator.engine.shelf import Shelf
from simulator.lifecycle.world import World
from simulator.scenario.scenario import Scenario
from simulator.textbook.available_to_promise import Bucket, buckets
from simulator.units import DAY, exact, multiples

COLUMNS = ("receipts", "commitments", "discrete", "cumulative", "look_ahead", "projected")
TITLES = ("from", "receipts", "commitments", "ATP", "cumulative ATP", "look-ahead ATP", "projected available")


@dataclass(frozen=True)
class PromiseTable:
    """What can be promised of one SKU at one site, by bucket."""

    sku: str
    site: str
    at: float
    on_hand: float
    owed: float
    """To lines that wait without a date; it comes off what is on hand."""
    begins: list[float]
    """When each bucket begins, in hours."""
    rows: list[Bucket]


def promise_table(world: World, shelf: Shelf, bucket: float, count: int) -> PromiseTable:
    """The table of a shelf now, with so many buckets of so many hours; what is on order and not more is a receipt.

    Buckets of whole days begin at midnight, the first of them now. Receipts and commitments after the last bucket are
    looked at too: they may need what is there before.
    """
    assert shelf.supply is not None
    now = world.clock.now
    receipts = [*shelf.supply.receipts(shelf.coming, now)]
    commitments = [(max(now, each.due), each.units) for each in shelf.promised]
    last = max([at for at, _ in receipts + commitments], default=now)
    first = now // DAY * DAY if bucket % DAY == 0 else now
    size = max(count, multiples(exact(last - first), bucket) + 1)
    come, go = ([0.0] * size for _ in range(2))
    for amounts, changes in ((come, receipts), (go, commitments)):
        for at, units in changes:
            amounts[multiples(exact(at - first), bucket)] += units
    late = owed(shelf)
    found = buckets(shelf.on_hand - late, come, go)[:count]
    site, sku = divmod(shelf.number, len(world.scenario.products))
    begins = [max(now, exact(first + place * bucket)) for place in range(count)]
    name = list(world.scenario.products)[sku]
    return PromiseTable(name, world.sites[site].name, now, shelf.on_hand, late, begins, found)


def told(world: World, table: PromiseTable) -> Iterator[str]:
    """The table in words and columns."""
    start = world.scenario.run.start
    less = f", {_number(table.owed)} owed to lines that wait without a date" if table.owed else ""
    yield f"{table.sku} at {table.site}, {clock(start, table.at)}: {_number(table.on_hand)} on hand{less}"
    lines = [list(TITLES)] + [
        [clock(start, at), *(_number(getattr(row, name)) for name in COLUMNS)]
        for at, row in zip(table.begins, table.rows, strict=True)
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(TITLES))]
    for line in lines:
        yield "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(size) for cell, size in zip(line[1:], widths[1:], strict=True))]
        )


def as_text(world: World, table: PromiseTable, how: str) -> str:
    """The table as it is printed: for people, or as JSON or CSV for programs, times as dates with hours and minutes."""
    if how == "table":
        return "\n".join(told(world, table))
    start = world.scenario.run.start
    rows = [
        [moment(start, at).isoformat(), *(getattr(row, each) for each in COLUMNS)]
        for at, row in zip(table.begins, table.rows, strict=True)
    ]
    names = ("from", *COLUMNS)
    if how == "json":
        head: dict[str, Any] = {"scenario": world.scenario.name, "sku": table.sku, "site": table.site}
        head |= {"at": moment(start, table.at).isoformat(), "on_hand": table.on_hand, "owed": table.owed}
        return json.dumps({**head, "buckets": [dict(zip(names, row, strict=True)) for row in rows]}, indent=1)
    return "\n".join(",".join(map(str, row)) for row in (names, *rows))


def shelf_of(scenario: Scenario, sku: str, site: str | None) -> int:
    """The number of the shelf of a SKU.

    Errors: ValueError if there is none, or if a site has to be named.
    """
    products, sites = list(scenario.products), scenario.network.sites
    if sku not in products:
        raise ValueError(f"there is no SKU {sku!r}{_near(sku, products)}")
    limited = [name for name, each in sites.items() if each.stock is not None]
    if site is not None and site not in sites:
        raise ValueError(f"there is no site {site!r}{_near(site, list(sites))}")
    if site is None and len(limited) > 1:
        raise ValueError(f"say which site, with --site: {', '.join(limited)}")
    if not limited or (site is not None and site not in limited):
        whom = "no site has" if site is None else f"site {site!r} has no"
        raise ValueError(f"{whom} limited stock: what is always there can always be promised")
    return list(sites).index(site or limited[0]) * len(products) + products.index(sku)


def _near(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are: {', '.join(known[:12])}"


def _number(value: float) -> str:
    return f"{round(value, 6):,.10g}" if math.isfinite(value) else "without limit"
