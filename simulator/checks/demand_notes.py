"""What a planner should know of demand that is read without a fault: orders of a history that are converted or left
out, and segments that the market's rhythm does not move.
"""

from collections.abc import Iterator

import numpy as np

from simulator.scenario.errors import At
from simulator.scenario.reading.order_history import Orders, draws_on_history, orders_of, own_orders
from simulator.scenario.scenario import Scenario

PLACE = ("market", "history", "file")


def told_of_history(scenario: Scenario) -> Iterator[At]:
    """What a planner should know of the history that segments draw on."""
    mine = draws_on_history(scenario)
    if not mine:
        return
    orders = orders_of(scenario)
    if orders.zoned:
        more = f"{orders.repeated} of them fall into an hour that comes twice: both are put into it"
        said = f"the times of {len(orders)} orders have a time zone and are converted to {scenario.run.zone}"
        yield At(PLACE, said, more if orders.repeated else "")
    yield from _strangers(scenario, orders)
    for name in mine:
        if scenario.market.segments[name].demand.rule == "replayed":
            yield from _after_the_end(scenario, name)


def unmoved_by_rhythm(scenario: Scenario) -> Iterator[At]:
    """Segments whose orders come at times of their own, in a market that has a rhythm."""
    if scenario.market.rhythm is None:
        return
    for name, segment in scenario.market.segments.items():
        if not segment.demand.follows_rhythm:
            said = f"{segment.demand.rule} demand has times of its own: the market's rhythm does not move it"
            yield At(("market", "segments", name, "demand"), said)


def _strangers(scenario: Scenario, orders: Orders) -> Iterator[At]:
    """Segments of the history that the scenario does not have."""
    column = scenario.market.history.columns.segment if scenario.market.history is not None else None
    if column is None:
        return
    names, counts = np.unique(orders.segment, return_counts=True)
    rest = dict(zip(names.tolist(), counts.tolist(), strict=True))
    unknown = [name for name in rest if name not in scenario.market.segments]
    if unknown:
        count = sum(rest[name] for name in unknown)
        listed = ", ".join(repr(name) for name in unknown[:6]) + (", …" if len(unknown) > 6 else "")
        said = f"{count} of {len(orders)} orders are of segments that the scenario does not have: {listed}"
        yield At(PLACE, said, "they are left out")


def _after_the_end(scenario: Scenario, segment: str) -> Iterator[At]:
    """Orders that come after the run has ended."""
    orders, mine = own_orders(scenario, segment)
    late = int((orders.at[mine] >= scenario.run.horizon).sum())
    if late:
        said = f"{late} of {len(mine)} orders come after the end of the run and are left out"
        days = int(orders.at[mine].max() // 24) + 1
        yield At(("market", "segments", segment, "demand"), said, f"all come within run.horizon: {days} days")
