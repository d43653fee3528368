"""The cool-down: after the horizon the run goes on until what was begun in the measured time has come to its end.

New orders keep coming meanwhile, since they compete with those that are followed; they are not kept. What happened up
to the horizon is as it was, since random numbers belong to their cause. Who still waits at the horizon has waited
longer than most: without him, times are too short.
"""

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.engine.movements import arrival_of, given, owed_units
from simulator.lifecycle.entry import go_on_with_demand
from simulator.lifecycle.world import World
from simulator.units import exact

FIRST = 1 / 512
"""Of the horizon: after so long it is first looked whether everything has ended, then after GROWTH times as long."""
GROWTH = 1.25
LONGEST = 1.0
"""Of the horizon: what has not ended by then is told as open."""
TINY = 1e-9


def follow(world: World) -> None:
    """Go on until everything that was begun in the measured time has ended, and keep in the ledger what becomes of it.

    Where nothing is open at the horizon it costs nothing.
    """
    ledger, horizon = world.ledger, world.scenario.run.horizon
    owed = Owed(ledger)
    if not owed.open and not world.busy:
        return
    until, longest, step, customers = horizon, (1 + LONGEST) * horizon, FIRST * horizon, len(ledger.customers)
    go_on_with_demand(world, longest)
    finished = False
    while not finished and until < longest:
        until = float(exact(min(until + step, longest)))
        step *= GROWTH
        world.clock.run(until=until)
        finished = not world.busy and not owed.still(ledger)
    world.tell_who_waits()
    del ledger.customers[customers:], ledger.customer_segments[customers:]  # who came later is nobody's slice
    ledger.follow(until)
    ledger.followed.coming = np.array([*world.coming()]).reshape(-1, 2)


class Owed:
    """What is owed to the orders of the measured time at the horizon."""

    def __init__(self, ledger: Ledger) -> None:
        self.order_of_line = np.concatenate([[0], ledger.columns(facts.LineOrdered)["order"]])
        taken = given(ledger)
        aboard = np.isnan(arrival_of(ledger, taken["shipment"]))
        self.aboard = {name: taken[name][aboard] for name in ("line", "units", "shipment")}
        here = ~aboard
        delivered = np.bincount(taken["line"][here], taken["units"][here], len(self.order_of_line))
        placed = np.concatenate([[-1.0], ledger.columns(facts.Ordered)["at"]])
        self.left = owed_units(ledger, delivered) * (placed[self.order_of_line] >= ledger.scenario.run.warm_up)

    @property
    def open(self) -> bool:
        """Whether there is any."""
        return bool((self.left > TINY).any())

    def still(self, ledger: Ledger) -> bool:
        """Whether any of it is owed yet, after what was recorded since."""
        taken = [self.aboard, ledger.later(facts.Allocated), ledger.later(facts.Substituted)]
        line, units, shipment = (np.concatenate([each[name] for each in taken]) for name in self.aboard)
        here = np.isin(shipment, ledger.later(facts.Delivered)["shipment"])
        left = self.left - np.bincount(line[here], units[here], len(self.left))
        for kind in (facts.Lost, facts.Cancelled):
            table = ledger.later(kind)
            left -= np.bincount(table["line"], table["units"], len(self.left))
        gone = np.concatenate([ledger.later(kind)["order"] for kind in facts.ENDS if kind in ledger.kinds])
        return bool(((left > TINY) & ~np.isin(self.order_of_line, gone)).any())
