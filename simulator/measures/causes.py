"""What can fail on an order and why: the components of the perfect order, and the causes that a scenario has."""

from collections.abc import Iterator

from simulator.engine.facts import DAMAGED_IN
from simulator.scenario.network import STAGES, Errors, Stage
from simulator.scenario.scenario import Scenario

COMPONENTS = ("item", "quantity", "condition", "documents", "place", "time")
"""What has to be right on every line. Of failures at one instant the first in this order comes first."""


ITEM, QUANTITY, CONDITION, DOCUMENTS, PLACE, TIME = range(len(COMPONENTS))


SAID = ("wrong item", "not in full", "damaged", "wrong documents", "wrong place", "late")
"""How a failed component is said."""


SHORT = ("short: backordered", "short: given up", "short: cancelled", "short: sale lost")
"""What became of a line that was short: given up by the customer, cancelled by the company."""


SUBSTITUTED = "wrong item: substitute"


ERRORS = tuple(Errors.model_fields)
"""The kinds of error made at order entry, as facts number them."""


PICKED = "wrong item: picking"


ENTERED = {
    "item": (ITEM, "wrong item: entry"),
    "quantity": (QUANTITY, "wrong quantity: entry"),
    "address": (PLACE, "wrong place: entry"),
    "price": (DOCUMENTS, "wrong invoice: entry"),
    "document": (DOCUMENTS, "wrong documents: entry"),
}
"""What an error made at order entry fails on, by kind of error: those that verification missed."""


MET = (*(ENTERED[kind] for kind in ERRORS), (ITEM, PICKED))
"""The same of every error that a customer meets with, as facts number them: of entry, then of picking."""


WRONG_DOCUMENTS = "wrong documents: sent"


NO_STOCK, HELD, ASTRAY = "late: no stock", "late: credit hold", "late: brought to a wrong address"


ABANDONED = "late: left at the desk"


SHORT_PROMISE = "late: promise too short"


SPENT = ("closed at {}", "queue at {}", "slow {}", "departures of {}")
"""What makes an order late at a stage: closed hours and the cut-off, a queue, long work, waiting for a departure."""


CLOSED, QUEUE, WORK, DEPARTURE = range(len(SPENT))


def damaged(place: str) -> str:
    """The cause of damage."""
    return f"damaged: {place}"


def late(kind: int, stage: str) -> str:
    """The cause of lateness at a stage.

    >>> late(QUEUE, "picking")
    'late: queue at picking'
    """
    return f"late: {SPENT[kind].format(stage)}"


def causes(scenario: Scenario) -> dict[str, int]:
    """Every cause that can occur in a scenario, with the component that fails, in the order of components."""
    sites = scenario.network.sites.values()
    stages = [stage for name in STAGES for site in sites for stage in site.stages if stage.stage == name]
    found = dict.fromkeys(SHORT, QUANTITY)
    found |= {cause: component for component, cause in ENTERED.values()} if scenario.network.entry_modes else {}
    found |= {PICKED: ITEM} if any(site.quality.picking_error for site in sites) else {}
    found |= {SUBSTITUTED: ITEM} if any(product.substitutes for product in scenario.products.values()) else {}
    found |= {
        damaged(place): CONDITION
        for place in DAMAGED_IN
        if any(getattr(site.quality.damage_by_place, place) for site in sites)
    }
    found |= {WRONG_DOCUMENTS: DOCUMENTS} if any(site.quality.document_error for site in sites) else {}
    found |= dict.fromkeys((NO_STOCK, *_of_desk(scenario, stages)), TIME)
    found |= dict.fromkeys((cause for stage in stages for cause in _of_stage(stage)), TIME) | {SHORT_PROMISE: TIME}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _of_desk(scenario: Scenario, stages: list[Stage]) -> Iterator[str]:
    if any(stage.hold for stage in stages):
        yield HELD
    if scenario.network.entry_modes:
        yield ASTRAY
    if any(stage.places or stage.patience for stage in stages):
        yield ABANDONED


def _of_stage(stage: Stage) -> Iterator[str]:
    """How a stage can make an order late; the stages of that name at all sites count as one."""
    waits = stage.staff is not None or stage.waves is not None
    can = (stage.calendar is not None, waits, True, stage.departures is not None)
    return (late(kind, stage.stage) for kind, present in enumerate(can) if present)
