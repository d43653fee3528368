"""The world of one replication: a record of its parts, and how it is built."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from simulator.ledger import facts
from simulator.ledger.ledger import Ledger, Record
from simulator.scenario.scenario import Scenario
from simulator.world.capacity import Staffed
from simulator.world.clock import Clock
from simulator.world.demand import Numbers, Source
from simulator.world.sites import SiteWorld, lay_out_shelves, lay_out_workshops
from simulator.world.streams import Streams


@dataclass(frozen=True, slots=True)
class Recorders:
    """How flows write down what happened."""

    allocated: Record
    backordered: Record
    lost: Record
    cancelled: Record
    delivered: Record
    replenished: Record
    received: Record
    recalled: Record
    returned: Record
    restocked: Record
    disposed: Record


@dataclass(frozen=True, slots=True)
class World:
    """The parts of one replication. Flows act on it; it decides nothing."""

    scenario: Scenario
    clock: Clock
    ledger: Ledger
    streams: Streams
    sites: list[SiteWorld]
    workshops: list[Staffed]
    sources: list[Source]
    shipments: Iterator[int]
    record: Recorders


def build(scenario: Scenario, replication: int) -> World:
    """Lay out the world at the start of a replication."""
    clock, ledger, streams = Clock(), Ledger(scenario, replication), Streams(scenario.run.seed, replication)
    sites = [SiteWorld(scenario, name, clock, streams, ledger) for name in scenario.network.sites]
    workshops = lay_out_workshops(scenario, clock, ledger)
    for site in sites:
        lay_out_shelves(scenario, site, workshops)
    ledger.opening = np.array([shelf.on_hand for site in sites for shelf in site.shelves], dtype=float)
    ledger.opening[np.isinf(ledger.opening)] = np.nan
    by_name = {site.name: site for site in sites}
    numbers = Numbers()
    sources = [
        Source(scenario, name, by_name[segment.site or sites[0].name], streams, ledger, numbers)
        for name, segment in scenario.market.segments.items()
    ]
    record = Recorders(
        *(
            ledger.recorder(kind)
            for kind in (
                facts.Allocated, facts.Backordered, facts.Lost, facts.Cancelled, facts.Delivered, facts.Replenished,
                facts.Received, facts.Recalled, facts.Returned, facts.Restocked, facts.Disposed,
            )
        )
    )  # fmt: skip
    limited = [each for each in workshops.values() if each is not None]
    return World(scenario, clock, ledger, streams, sites, limited, sources, count(1), record)
