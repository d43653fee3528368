"""One replication: (scenario, replication) -> ledger; and the laws that every ledger keeps."""

from collections.abc import Iterator

from simulator.engine.ledger import Ledger
from simulator.lifecycle.allocation_laws import allocation_laws
from simulator.lifecycle.entry import start_demand
from simulator.lifecycle.laws import laws
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


class AuditError(AssertionError):
    """A run broke a law."""


def audit(ledger: Ledger) -> None:
    """Check every law on a closed ledger.

    Errors: AuditError lists each broken law with its first offender.
    """
    broken = list(_broken(ledger))
    if broken:
        raise AuditError("; ".join(broken))


def _broken(ledger: Ledger) -> Iterator[str]:
    yield from laws(ledger)
    for mechanism in mechanisms():
        if mechanism.laws is not None:
            yield from mechanism.laws(ledger)
    yield from allocation_laws(ledger)
