"""After-sales: units in service fail, technicians repair them, and spare parts are taken, repaired and bought."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.after_sales import facts
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.after_sales.play"
PAGE = "simulator.mechanisms.after_sales.page"


def _active(scenario: Scenario) -> bool:
    return scenario.after_sales is not None


MECHANISM = Mechanism(
    name="after_sales",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later("simulator.mechanisms.after_sales.unit_draws:draw"),
    finish=later(f"{PLAY}:finish"),
    follows=True,
    facts=(
        facts.Joined,
        facts.Retired,
        facts.Failed,
        facts.SetOut,
        facts.Arrived,
        facts.Visited,
        facts.PartNeeded,
        facts.PartSupplied,
        facts.Cannibalised,
        facts.Restored,
        facts.PartRepaired,
        facts.PartBought,
        facts.PartReceived,
        facts.PartNotReplaced,
        facts.PartsCounted,
        facts.UnitsCounted,
        facts.PartsForecasted,
    ),
    laws=facts.laws,
    kpis=(
        "simulator.mechanisms.after_sales.kpis",
        "simulator.mechanisms.after_sales.part_supply",
        "simulator.mechanisms.after_sales.service_costs",
    ),
    section=later(f"{PAGE}:after_sales"),
    words={
        facts.Joined: later(f"{PAGE}:joined"),
        facts.Failed: later(f"{PAGE}:failed"),
        facts.Arrived: later(f"{PAGE}:arrived"),
        facts.PartNeeded: later(f"{PAGE}:part_needed"),
        facts.Cannibalised: later(f"{PAGE}:cannibalised"),
        facts.Restored: later(f"{PAGE}:restored"),
        facts.Retired: later(f"{PAGE}:retired"),
    },
)
