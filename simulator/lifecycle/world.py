"""The world of one replication: a record of its parts, and how it is built."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.engine.clock import Clock
from simulator.engine.facts import KINDS
from simulator.engine.hooks import Hooks
from simulator.engine.ledger import Ledger, Record
from simulator.engine.site import SiteWorld, expect_demand, lay_out_shelves, lay_out_workshops
from simulator.engine.stations import Staffed
from simulator.engine.streams import Streams
from simulator.engine.work_ahead import Laws, watch
from simulator.lifecycle.customer_segment import CustomerSegment, Numbers
from simulator.lifecycle.mechanism import Mechanism
from simulator.lifecycle.policy import Channels, Classes, Policy
from simulator.lifecycle.rule_views import CycleRecord
from simulator.scenario.scenario import Scenario


class Recorders:
    """How it is written down what happened: one function for each kind of fact, named like it (`LineOrdered`:
    `line_ordered`), which takes the fields of the fact as a tuple."""

    def __init__(self, ledger: Ledger) -> None:
        for kind in ledger.kinds:
            setattr(self, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower(), ledger.recorder(kind))

    if TYPE_CHECKING:  # an object that has this while it runs is looked up slowly, for every fact

        def __getattr__(self, name: str) -> Record: ...


@dataclass(frozen=True, slots=True)
class World:
    """The parts of one replication. The life-cycle and the mechanisms act on it; it decides nothing."""

    scenario: Scenario
    clock: Clock
    ledger: Ledger
    streams: Streams
    hooks: Hooks
    record: Recorders
    sites: list[SiteWorld]
    workshops: list[Staffed]
    """The capacity of the suppliers that have a limit."""
    segments: list[CustomerSegment]
    classes: Classes
    policy: Policy
    channels: Channels
    cycles: CycleRecord
    laws: Laws
    """Of the work of the stages, for promises that look at it."""
    active: Sequence[Mechanism]
    """The mechanisms that the scenario switches on."""
    shipments: Iterator[int] = field(default_factory=lambda: count(1))
    """The numbers of shipments."""
    mechanisms: dict[str, Any] = field(default_factory=dict)
    """The state that each of them keeps in this run, by name."""

    def start_mechanisms(self) -> None:
        """Have the mechanisms subscribe to hooks, and start what lives on its own."""
        for mechanism in self.active:
            before = self.hooks.listeners()
            self.mechanisms[mechanism.name] = mechanism.start(self)
            if self.hooks.listeners() > before and not mechanism.follows:
                self.hooks.sells_in_passing = False

    def measures(self, at: float) -> bool:
        """Whether what is placed at a time is measured."""
        return self.scenario.run.warm_up <= at < self.scenario.run.horizon

    @property
    def busy(self) -> bool:
        """Whether supplies ordered in the measured time, or what a mechanism began for its orders, are under way."""
        return any(True for _ in self.coming()) or any(
            mechanism.busy(self) for mechanism in self.active if mechanism.busy is not None
        )

    def coming(self) -> Iterator[tuple[int, float]]:
        """Shelf and time of the replenishment orders of the measured time that have not arrived."""
        for shelf in (shelf for site in self.sites for shelf in site.shelves):
            yield from ((shelf.number, each.placed) for each in shelf.coming if self.measures(each.placed))

    def finish(self) -> None:
        """Let the mechanisms and the stages write down how things stand when the run ends."""
        for mechanism in self.active:
            if mechanism.finish is not None:
                mechanism.finish(self)
        self.tell_who_waits()
        shelves = [shelf for site in self.sites for shelf in site.shelves]
        for counter in ("on_hand", "on_order", "backordered"):
            self.ledger.closing[counter] = np.array([getattr(shelf, counter) for shelf in shelves], dtype=float)
        held = [shelf.exact(shelf.on_hand + shelf.reserved) for shelf in shelves]
        self.ledger.closing["on_hand"] = np.array(held, dtype=float)

    def tell_who_waits(self) -> None:
        """Let the stages write down the jobs that they have not begun."""
        for site in self.sites:
            site.close()
        for workshop in self.workshops:
            workshop.close()


def build(scenario: Scenario, replication: int, mechanisms: Sequence[Mechanism]) -> World:
    """Lay out the world at the start of a replication, with the mechanisms that the scenario switches on."""
    kinds = [*KINDS, *(kind for mechanism in mechanisms for kind in mechanism.facts)]
    active = [mechanism for mechanism in mechanisms if mechanism.active(scenario)]
    hurries = any(mechanism.hurries(scenario) for mechanism in active)
    clock, ledger, streams = Clock(), Ledger(scenario, replication, kinds), Streams(scenario.run.seed, replication)
    hooks = Hooks()
    sites = [SiteWorld(scenario, name, clock, streams, ledger, hooks, hurries) for name in scenario.network.sites]
    workshops = lay_out_workshops(scenario, clock, ledger)
    for site in sites:
        lay_out_shelves(scenario, site, workshops)
    ledger.opening = np.array([shelf.on_hand for site in sites for shelf in site.shelves], dtype=float)
    ledger.opening[np.isinf(ledger.opening)] = np.nan
    classes, channels = Classes(scenario, ledger), Channels(scenario, sites, streams)
    policy = Policy(scenario, ledger.customers, classes, channels, hurries)
    if policy.rationing:
        for site in sites:
            expect_demand(scenario, site)
    if policy.asks_capacity:
        for site in sites:
            watch(site)
    if policy.foresees or any(mechanism.foresees(scenario) for mechanism in active):
        for each in workshops.values():
            if each is not None:
                each.watch()
    by_name = {site.name: site for site in sites}
    for site in sites:
        near = sorted(site.site.siblings.items(), key=lambda sibling: (sibling[1], sibling[0]))
        site.siblings = [(by_name[name], time) for name, time in near]
    numbers = Numbers()
    segments = [
        CustomerSegment(scenario, name, by_name, streams, ledger, numbers, policy, hooks, active)
        for name in scenario.market.segments
    ]
    classes.enrol()
    return World(
        scenario=scenario,
        clock=clock,
        ledger=ledger,
        streams=streams,
        hooks=hooks,
        record=Recorders(ledger),
        sites=sites,
        workshops=[each for each in workshops.values() if each is not None],
        segments=segments,
        classes=classes,
        policy=policy,
        channels=channels,
        cycles=CycleRecord(),
        laws={},
        active=active,
    )
