"""One replication: (scenario, replication) -> ledger."""

from simulator.engine.ledger import Ledger
from simulator.lifecycle.entry import start_demand
from simulator.lifecycle.replenishment import start_replenishment
from simulator.lifecycle.world import World, build
from simulator.mechanisms.known import mechanisms
from simulator.scenario.scenario import Scenario


def lay_out(scenario: Scenario, replication: int) -> World:
    """The world as it is before anything happens, with the mechanisms that the scenario switches on."""
    return build(scenario, replication, mechanisms())


def simulate(scenario: Scenario, replication: int = 0) -> Ledger:
    """Play one replication of a scenario and return what happened.

    The result depends on the scenario, its seed and the replication's number alone.

    Errors: HistoryError if the order history cannot be read.
    """
    world = lay_out(scenario, replication)
    start_demand(world)
    start_replenishment(world)
    world.start_mechanisms()
    world.clock.run(until=scenario.run.horizon)
    world.finish()
    return world.ledger.close(world.clock.count())
