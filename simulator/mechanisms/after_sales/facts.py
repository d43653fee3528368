"""What happens to units in service, to their failures (cases), and to spare parts. Units, cases and visits are counted
from 1; `line` is that by which a unit was sold, 0 where it was in service before."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.engine.ledger import Columns, Ledger

WHY_RETIRED = ("life", "sent back", "replaced")
"""Why a unit is in service no more."""
LIFE, SENT_BACK, REPLACED = range(len(WHY_RETIRED))
PAYERS = ("warranty", "contract", "customer")
"""Who pays for a repair."""
WARRANTY, CONTRACT, CUSTOMER = range(len(PAYERS))
TINY = 1e-6


class Joined(NamedTuple):
    """A unit is in service from now on."""

    at: float
    line: int
    unit: int
    sku: int
    """Index into the scenario's products."""
    tier: int
    """Index into the service contracts; -1 where it has none."""
    age: float
    """Its running time until now, in hours."""


class Retired(NamedTuple):
    """A unit is in service no more."""

    at: float
    line: int
    unit: int
    why: int
    """Index into WHY_RETIRED."""


class Failed(NamedTuple):
    """A unit failed, and runs no more."""

    at: float
    line: int
    unit: int
    case: int
    payer: int
    """Index into PAYERS."""
    due: float
    """When a technician is to be there; nan where nothing was agreed."""


class SetOut(NamedTuple):
    """A technician set out to a failed unit."""

    at: float
    case: int
    visit: int
    """Of this case, from 1."""
    team: int
    """Index into the teams."""


class Arrived(NamedTuple):
    """A technician is at the failed unit."""

    at: float
    line: int
    case: int
    visit: int
    team: int


class Visited(NamedTuple):
    """A technician leaves the unit."""

    at: float
    case: int
    visit: int
    team: int
    work: float
    """Hours of work on it; 0 where parts were missing."""
    fixed: float
    """1 if it runs again."""


class PartNeeded(NamedTuple):
    """It is known that a failure needs a part, and from which place it comes. The failed one is removed."""

    at: float
    line: int
    case: int
    part: int
    """Index into the spare parts."""
    place: int
    """Index into the places."""
    scrapped: float
    """1 if the failed one cannot be repaired, so that a new one is to be bought."""


class PartSupplied(NamedTuple):
    """A part left its place for a failed unit."""

    at: float
    case: int
    part: int
    place: int


class Cannibalised(NamedTuple):
    """A part was taken out of another failed unit, which now waits for it instead."""

    at: float
    line: int
    case: int
    donor: int
    """The case of the other unit."""
    part: int


class Restored(NamedTuple):
    """The unit runs again, or another one in its place."""

    at: float
    line: int
    unit: int
    case: int
    replaced: float
    """1 if a new unit took its place."""


class PartRepaired(NamedTuple):
    """A failed part is as good as new."""

    at: float
    part: int
    came: float
    """When it came to the shop."""
    begun: float


class PartBought(NamedTuple):
    """New parts were ordered."""

    at: float
    part: int
    units: int


class PartReceived(NamedTuple):
    """New parts are here."""

    at: float
    part: int
    units: int


class PartNotReplaced(NamedTuple):
    """A part that was used up is not bought again: its last purchase is over."""

    at: float
    part: int


class PartsCounted(NamedTuple):
    """How a part stands when the run ends, as the places themselves count it."""

    at: float
    part: int
    on_hand: int
    moving: int
    """On the way from one place to another."""
    owed: int
    """To failed units."""
    in_repair: int
    on_order: int


class UnitsCounted(NamedTuple):
    """How the units of a product stand when the run ends."""

    at: float
    sku: int
    in_service: int
    down: int


class PartsForecasted(NamedTuple):
    """How many of a part are expected to be needed in the period that begins."""

    at: float
    part: int
    until: float
    by_base: float
    """From the units in service and their ages."""
    by_usage: float
    """From what was needed in the periods before; nan while there are too few."""


def laws(ledger: Ledger) -> Iterator[str]:
    """Units in service add up and are down or up, never both; every failure ends once at most; and parts are conserved:
    on hand, moving, in repair and on order, less what is owed, are the base stock."""
    if ledger.scenario.after_sales is None:
        return
    yield from _units(ledger)
    yield from _cases(ledger)
    yield from _visits(ledger)
    yield from _parts(ledger)


def _units(ledger: Ledger) -> Iterator[str]:
    joined, retired, failed, back = (ledger.columns(kind) for kind in (Joined, Retired, Failed, Restored))
    size = int(joined["unit"].max(initial=0)) + 1
    if len(np.unique(joined["unit"])) < len(joined["unit"]):
        yield "a unit joined the installed base twice"
    if len(np.unique(retired["unit"])) < len(retired["unit"]):
        yield "a unit left the installed base twice"
    begins, ends = np.full(size, np.inf), np.full(size, np.inf)
    begins[joined["unit"]] = joined["at"]
    ends[retired["unit"]] = retired["at"]
    if (ends < begins).any():
        yield f"unit {np.flatnonzero(ends < begins)[0]}: it left before it joined"
    wrong = (failed["at"] < begins[failed["unit"]]) | (failed["at"] > ends[failed["unit"]])
    if wrong.any():
        yield f"unit {failed['unit'][wrong][0]}: it failed while it was not in service"
    unit = np.concatenate([failed["unit"], back["unit"]])
    at = np.concatenate([failed["at"], back["at"]])
    case = np.concatenate([failed["case"], back["case"]])
    up = np.repeat([0, 1], [len(failed["unit"]), len(back["unit"])])
    order = np.lexsort((up, case, at, unit))  # of one instant: back from the last failure, then the next one
    unit, up, case = unit[order], up[order], case[order]
    first = np.append(True, unit[1:] != unit[:-1])
    wrong = np.where(first, up == 1, up == np.append(0, up[:-1])) | ((up == 1) & (np.append(0, case[:-1]) != case))
    if wrong.any():
        yield f"unit {unit[wrong][0]}: it was down or up twice in a row"
    down = np.bincount(failed["unit"], minlength=size) - np.bincount(back["unit"], minlength=size)
    if (down[retired["unit"]] > 0).any():
        yield f"unit {retired['unit'][down[retired['unit']] > 0][0]}: it left while it was down"
    products = len(ledger.scenario.products)
    sku = np.zeros(size, dtype=int)
    sku[joined["unit"]] = joined["sku"]
    here = np.bincount(joined["sku"], minlength=products) - np.bincount(sku[retired["unit"]], minlength=products)
    broken = np.bincount(sku, np.maximum(down, 0), products)
    counted = ledger.columns(UnitsCounted)
    for place, many, dead in zip(counted["sku"], counted["in_service"], counted["down"], strict=True):
        name = list(ledger.scenario.products)[place]
        if here[place] != many:
            yield f"{name}: {here[place]} units should be in service, {many} are"
        if broken[place] != dead:
            yield f"{name}: {broken[place]:g} units should be down, {dead} are"


def _cases(ledger: Ledger) -> Iterator[str]:
    failed, back = ledger.columns(Failed), ledger.columns(Restored)
    if len(np.unique(failed["case"])) < len(failed["case"]):
        yield "a case was opened twice"
    if len(np.unique(back["case"])) < len(back["case"]):
        yield "a case ended twice"
    begins, unit = _by_case(failed, "at"), _by_case(failed, "unit")
    for kind in (Restored, SetOut, Arrived, Visited, PartNeeded, PartSupplied, Cannibalised):
        table = ledger.columns(kind)
        wrong = ~(table["at"] >= begins[np.minimum(table["case"], len(begins) - 1)])
        if wrong.any():
            yield f"case {table['case'][wrong][0]}: {kind.__name__} before it was reported"
    if len(back["case"]) and (unit[back["case"]] != back["unit"]).any():
        yield "a case ended with another unit than its own"


def _by_case(table: Columns, name: str) -> np.ndarray:
    found = np.full(int(table["case"].max(initial=0)) + 1, np.nan)
    found[table["case"]] = table[name]
    return found


def _visits(ledger: Ledger) -> Iterator[str]:
    """Technicians leave, arrive and are done, in this order, no more at once than there are."""
    section = ledger.scenario.after_sales
    assert section is not None
    out, there, done = (ledger.columns(kind) for kind in (SetOut, Arrived, Visited))
    keys = [table["case"] * 1000 + table["visit"] for table in (out, there, done)]
    for before, after, kind in ((0, 1, "arrived"), (1, 2, "left")):
        if len(np.unique(keys[after])) < len(keys[after]) or not np.isin(keys[after], keys[before]).all():
            yield f"a technician {kind} twice, or was never on the way"
    left, came = (
        dict(zip(key.tolist(), table["at"].tolist(), strict=True))
        for key, table in zip(keys[:2], (out, there), strict=True)
    )
    for key, at in came.items():
        if at < left.get(key, np.inf):
            yield f"case {key // 1000}: a technician was there before he set out"
    for place, (name, team) in enumerate(section.technicians.items()):
        at = np.concatenate([done["at"][done["team"] == place], out["at"][out["team"] == place]])
        step = np.repeat([-1, 1], [int((done["team"] == place).sum()), int((out["team"] == place).sum())])
        busy = np.cumsum(step[np.lexsort((step, at))])
        if len(busy) and busy.max() > team.number:
            yield f"team {name}: {busy.max()} technicians are on the way, of {team.number}"


def _parts(ledger: Ledger) -> Iterator[str]:
    section = ledger.scenario.after_sales
    assert section is not None
    size = len(section.parts)
    if not size:
        return
    counted = ledger.columns(PartsCounted)
    opening = np.array([section.base_stock(name) for name in section.parts], dtype=float)

    def total(kind: type, only: str = "") -> np.ndarray:
        table = ledger.columns(kind)
        units = table["units"] if "units" in table else np.ones(len(table["at"]))
        return np.bincount(table["part"], units * (table[only] > 0 if only else 1), size)

    needed, scrapped, supplied = total(PartNeeded), total(PartNeeded, "scrapped"), total(PartSupplied)
    repaired, received, bought, ended = (
        total(kind) for kind in (PartRepaired, PartReceived, PartBought, PartNotReplaced)
    )
    names = list(section.parts)
    for row, part in enumerate(counted["part"].tolist()):
        here = {name: float(column[row]) for name, column in counted.items()}
        name = names[part]
        last = bought[part] - (scrapped[part] - ended[part])
        for said, should, found in (
            (
                "on hand and moving",
                opening[part] + received[part] + repaired[part] - supplied[part],
                here["on_hand"] + here["moving"],
            ),
            ("owed", needed[part] - supplied[part], here["owed"]),
            ("in repair", needed[part] - scrapped[part] - repaired[part], here["in_repair"]),
            ("on order", bought[part] - received[part], here["on_order"]),
            (
                "in all",
                opening[part] + last - ended[part],
                here["on_hand"] + here["moving"] + here["in_repair"] + here["on_order"] - here["owed"],
            ),
        ):
            if abs(should - found) > TINY:
                yield f"part {name}: {should:g} should be {said}, {found:g} are"
        if min(here.values()) < 0:
            yield f"part {name}: fewer than none are somewhere at the end"
    yield from _never_short(ledger, opening, names)


def _never_short(ledger: Ledger, opening: np.ndarray, names: list[str]) -> Iterator[str]:
    """Nothing is supplied that is not there."""
    moves = [(PartReceived, 1), (PartRepaired, 1), (PartSupplied, -1)]
    tables = [ledger.columns(kind) for kind, _ in moves]
    part, at = (np.concatenate([table[name] for table in tables]) for name in ("part", "at"))
    step = np.concatenate(
        [
            sign * (table["units"] if "units" in table else np.ones(len(table["at"])))
            for table, (_, sign) in zip(tables, moves, strict=True)
        ]
    )
    for place, name in enumerate(names):
        mine = part == place
        when, what = at[mine], step[mine]
        left = opening[place] + np.cumsum(what[np.lexsort((-what, when))])
        if len(left) and left.min() < -TINY:
            yield f"part {name}: more was supplied than was there"
