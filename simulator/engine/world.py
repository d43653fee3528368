"""The world of one replication: a record of its parts, and how it is built."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from simulator.engine import facts
from simulator.engine.clock import Clock
from simulator.engine.ledger import Ledger
from simulator.engine.site import SiteWorld, expect_demand, lay_out_shelves, lay_out_workshops
from simulator.engine.stations import Staffed
from simulator.engine.streams import Streams
from simulator.engine.supply import Plan, lay_out_plans
from simulator.lifecycle.channel_terms import Channels
from simulator.lifecycle.classes import Classes
from simulator.lifecycle.demand import Numbers, Source
from simulator.lifecycle.policy import Policy
from simulator.lifecycle.rule_views import CycleRecord
from simulator.mechanisms.contracts.judging import Contracts
from simulator.scenario.scenario import Scenario


class Recorders:
    """How flows write down what happened: one function for each kind of fact, named like it."""

    def __init__(self, ledger: Ledger) -> None:
        recorder = ledger.recorder
        self.allocated = recorder(facts.Allocated)
        self.backordered = recorder(facts.Backordered)
        self.lost = recorder(facts.Lost)
        self.cancelled = recorder(facts.Cancelled)
        self.delivered = recorder(facts.Delivered)
        self.surfaced = recorder(facts.Surfaced)
        self.short_paid = recorder(facts.ShortPaid)
        self.complained = recorder(facts.Complained)
        self.replenished = recorder(facts.Replenished)
        self.received = recorder(facts.Received)
        self.recalled = recorder(facts.Recalled)
        self.replanned = recorder(facts.Replanned)
        self.returned = recorder(facts.Returned)
        self.restocked = recorder(facts.Restocked)
        self.disposed = recorder(facts.Disposed)
        self.promised = recorder(facts.Promised)
        self.offered = recorder(facts.Offered)
        self.declined = recorder(facts.Declined)
        self.sourced = recorder(facts.Sourced)
        self.substituted = recorder(facts.Substituted)
        self.expedited = recorder(facts.Expedited)
        self.shipped_express = recorder(facts.ShippedExpress)
        self.transshipped = recorder(facts.Transshipped)
        self.transfer_received = recorder(facts.TransferReceived)
        self.withdrawn = recorder(facts.Withdrawn)
        self.set_aside = recorder(facts.SetAside)
        self.released = recorder(facts.Released)
        self.oversold = recorder(facts.Oversold)
        self.collected = recorder(facts.Collected)
        self.not_collected = recorder(facts.NotCollected)
        self.sku_reclassified = recorder(facts.SkuReclassified)
        self.customer_reclassified = recorder(facts.CustomerReclassified)
        self.alerted = recorder(facts.Alerted)
        self.pushed = recorder(facts.Pushed)
        self.settled = recorder(facts.Settled)


@dataclass(frozen=True, slots=True)
class World:
    """The parts of one replication. Flows act on it; it decides nothing."""

    scenario: Scenario
    clock: Clock
    ledger: Ledger
    streams: Streams
    sites: list[SiteWorld]
    workshops: list[Staffed]
    plans: list[Plan]
    """Of the suppliers whose planned lead time is refreshed."""
    sources: list[Source]
    classes: Classes
    shipments: Iterator[int]
    record: Recorders
    policy: Policy
    channels: Channels
    cycles: CycleRecord
    contracts: Contracts


def build(scenario: Scenario, replication: int) -> World:
    """Lay out the world at the start of a replication."""
    clock, ledger, streams = Clock(), Ledger(scenario, replication), Streams(scenario.run.seed, replication)
    sites = [SiteWorld(scenario, name, clock, streams, ledger) for name in scenario.network.sites]
    workshops = lay_out_workshops(scenario, clock, ledger)
    plans = lay_out_plans(scenario)
    for site in sites:
        lay_out_shelves(scenario, site, workshops, plans)
    ledger.opening = np.array([shelf.on_hand for site in sites for shelf in site.shelves], dtype=float)
    ledger.opening[np.isinf(ledger.opening)] = np.nan
    classes = Classes(scenario, ledger)
    channels = Channels(scenario, sites, clock, streams)
    policy = Policy(scenario, ledger.customers, classes, channels)
    if policy.rationing:
        for site in sites:
            expect_demand(scenario, site)
    by_name = {site.name: site for site in sites}
    for site in sites:
        near = sorted(site.site.siblings.items(), key=lambda sibling: (sibling[1], sibling[0]))
        site.siblings = [(by_name[name], time) for name, time in near]
    numbers = Numbers()
    sources = [Source(scenario, name, by_name, streams, ledger, numbers, policy) for name in scenario.market.segments]
    classes.enrol()
    limited = [each for each in workshops.values() if each is not None]
    return World(
        scenario,
        clock,
        ledger,
        streams,
        sites,
        limited,
        list(plans.values()),
        sources,
        classes,
        count(1),
        Recorders(ledger),
        policy,
        channels,
        CycleRecord(),
        Contracts(scenario),
    )
