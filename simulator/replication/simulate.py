"""One replication: (scenario, replication) -> ledger."""

from collections import defaultdict

import numpy as np

from simulator.engine.clock import Process
from simulator.engine.ledger import Ledger
from simulator.engine.shelf import Shelf
from simulator.engine.world import World, build
from simulator.lifecycle.entry import arrivals
from simulator.lifecycle.replenishment import reorder, review
from simulator.mechanisms.channels.play import start_records
from simulator.mechanisms.contracts.play import close_agreements, keep_agreements
from simulator.mechanisms.planned_lead_times.play import start_planning
from simulator.mechanisms.segmentation.play import start_segmenting
from simulator.scenario.scenario import Scenario


def simulate(scenario: Scenario, replication: int = 0) -> Ledger:
    """Play one replication of a scenario and return what happened.

    The result depends on the scenario, its seed and the replication's number alone.

    Errors: HistoryError if the order history cannot be read.
    """
    world = build(scenario, replication)
    for source in world.sources:
        clerk = Process(world.clock)
        clerk.start(arrivals(world, source, clerk))
    start_replenishment(world)
    start_segmenting(world)
    start_planning(world)
    keep_agreements(world)
    start_records(world)
    world.clock.run(until=scenario.run.horizon)
    close_agreements(world)
    for site in world.sites:
        site.close()
    for workshop in world.workshops:
        workshop.close()
    shelves = [shelf for site in world.sites for shelf in site.shelves]
    for count in ("on_hand", "on_order", "backordered"):
        world.ledger.closing[count] = np.array([getattr(shelf, count) for shelf in shelves], dtype=float)
    world.ledger.closing["on_hand"] += [shelf.reserved for shelf in shelves]
    return world.ledger.close(world.clock.events)


def start_replenishment(world: World) -> None:
    """Fill up shelves that open below their reorder point, and start the periodic reviews."""
    reviewed: dict[tuple[float, float, bool], list[Shelf]] = defaultdict(list)
    for site in world.sites:
        for shelf in site.shelves:
            rule = shelf.rule
            if rule is not None and rule.review > 0:
                reviewed[rule.first_review, rule.review, rule.reviews_before_demand].append(shelf)
            elif rule is not None and shelf.position <= shelf.reorder_at:
                reorder(world, shelf)
    for (first, every, early), shelves in reviewed.items():
        clerk = Process(world.clock)
        clerk.start(review(world, shelves, clerk, first, every, early))
