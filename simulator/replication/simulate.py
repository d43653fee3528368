"""One replication: (scenario, replication) -> ledger; and the laws that every ledger keeps."""

import inspect
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from simpy.core import StopSimulation

from simulator.engine.facts import Ordered
from simulator.engine.ledger import Ledger
from simulator.engine.orders import Order
from simulator.lifecycle.allocation_laws import allocation_laws
from simulator.lifecycle.entry import start_demand
from simulator.lifecycle.idle_stock_law import nothing_lies_idle
from simulator.lifecycle.laws import LAWS
from simulator.lifecycle.promise_laws import promise_laws
from simulator.lifecycle.replenishment import start_replenishment
from simulator.lifecycle.world import World, build
from simulator.mechanisms.known import mechanisms
from simulator.planning.effort import refuse_floods
from simulator.replication.cool_down import follow
from simulator.scenario.reading.load import load
from simulator.scenario.scenario import Scenario


def lay_out(scenario: Scenario, replication: int) -> World:
    """The world as it is before anything happens, with the mechanisms that the scenario switches on."""
    return build(scenario, replication, mechanisms())


def begin(scenario: Scenario, replication: int = 0) -> World:
    """The world of a replication, ready to be played."""
    world = lay_out(scenario, replication)
    start_demand(world)
    start_replenishment(world)
    world.start_mechanisms()
    return world


def play_until(scenario: Scenario, at: float, replication: int = 0) -> World:
    """The world as it stands at a time, before anything that happens then."""
    world = begin(scenario, replication)
    if at > 0:
        world.clock.run(until=at)
    return world


def play_until_entry(scenario: Scenario, ledger: Ledger, number: int) -> World:
    """The world as it stands when an order of the ledger comes in, before anything is promised to it."""
    orders = ledger.columns(Ordered)
    at, segment = orders["at"][number - 1], orders["segment"][number - 1]
    same = (orders["at"][: number - 1] == at) & (orders["segment"][: number - 1] == segment)
    name, before = list(scenario.market.segments)[segment], int(same.sum())
    world = begin(scenario, ledger.replication)

    def look(order: Order) -> None:
        nonlocal before
        if order.at == at and order.block.segment == name:
            before -= 1
            if before < 0:
                raise StopSimulation(None)

    world.hooks.arriving.insert(0, look)
    world.clock.run(until=scenario.run.horizon)
    return world


def simulate(scenario: Scenario | str | Path, replication: int = 0, *, yes: bool = False) -> Ledger:
    """Play one replication of a scenario, a file or a name of the gallery, and return what happened.

    The result depends on the scenario, its seed and the replication's number alone. `yes` plays what would be refused
    since it is too much.

    Errors: ScenarioError; FloodError for what is too much; ValueError for what numbers no replication.
    """
    if isinstance(replication, bool) or not isinstance(replication, (int, np.integer)) or replication < 0:
        raise ValueError(f"replication: its number, 0 or more, is expected; found {replication!r}")
    played = scenario if isinstance(scenario, Scenario) else load(scenario)
    if not yes:
        refuse_floods([played])
    world = begin(played, int(replication))
    world.clock.run(until=played.run.horizon)
    rows = world.ledger.rows()
    world.finish()
    world.ledger.close(world.clock.count(), rows)
    follow(world)
    return world.ledger


class AuditError(AssertionError):
    """A run broke a law."""


@dataclass(frozen=True)
class Audit:
    """What an audit of a ledger looked at, and what it found."""

    laws: dict[str, str]
    """What was checked: the name of each law with what must be, those of mechanisms under the mechanism's name."""
    facts: int
    broken: list[str]
    """Each broken law with its first offender."""


def audit(ledger: Ledger) -> Audit:
    """Check every law on a closed ledger: those of the life-cycle, and of every mechanism, a user's own included.

    Errors: AuditError lists each broken law with its first offender.
    """
    found = audited(ledger)
    if found.broken:
        raise AuditError("; ".join(found.broken))
    return found


EVERY = (*LAWS, allocation_laws, nothing_lies_idle, promise_laws)
"""The laws of the life-cycle."""


def audited(ledger: Ledger) -> Audit:
    """The same, where what is broken is no error. A law that cannot be checked is broken."""
    active = {each.name for each in mechanisms() if each.active(ledger.scenario)}
    every = [(law.__name__.strip("_").replace("_", " "), law) for law in EVERY]
    every += [(each.name, each.laws) for each in mechanisms() if each.laws is not None]
    said, broken = dict[str, str](), list[str]()
    for name, law in every:
        try:
            broken += law(ledger)
        except Exception as error:  # a user's own may fail in any way, and then nothing is known
            broken.append(f"{name}: the law cannot be checked ({type(error).__name__}: {error})")
        if name in active or law in EVERY:
            said[name] = (inspect.getdoc(law) or "").split("\n\n")[0].replace("\n", " ")
    counted = sum(len(ledger.columns(kind)[kind._fields[0]]) for kind in ledger.kinds)
    return Audit(said, counted, broken)
