"""Plans: what planning believes of a supplier's lead time, and the receipts that it learns from."""

from itertools import count

from simulator.engine.clock import PLAN, Life, Process
from simulator.engine.supply import Plan
from simulator.engine.world import World
from simulator.lifecycle.replenishment import resize


def start_planning(world: World) -> None:
    """Start the refreshes that the scenario has."""
    for plan in world.plans:
        clerk = Process(world.clock)
        clerk.start(refresh(world, plan, clerk))


def refresh(world: World, plan: Plan, clerk: Process) -> Life:
    """Every so often, what planning believes of one supplier catches up with what its receipts say."""
    for turn in count(1):
        clerk.until(turn * plan.every, PLAN)
        yield
        before = plan.lead_time
        if not plan.learn():
            continue
        learned = plan.lead_time
        world.record.replanned((world.clock._now, plan.number, learned.mean, learned.sd))
        if learned != before:
            plan_with(world, plan)


def plan_with(world: World, plan: Plan) -> None:
    """Promise by the lead time now planned, and size by it what is sized from a target; what is now low is ordered."""
    for shelf in plan.shelves:
        assert shelf.supply is not None
        shelf.supply.planned = plan.lead_time.mean
        shelf.lead_time = plan.lead_time
        resize(world, shelf)
