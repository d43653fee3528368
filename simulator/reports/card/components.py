"""Section 2.5 of the card: entities, activities, resources, queues, entry and exit."""

from collections.abc import Iterable, Iterator

from simulator.ledger import facts
from simulator.reports.card.markdown import bullets, code, first, line, paragraph, table
from simulator.reports.card.settings import Part, named, settings
from simulator.reports.card.trial import Trial
from simulator.reports.wording import counted, listed
from simulator.scenario.network import STAGES, Site
from simulator.scenario.scenario import Scenario

ENDS = (facts.Delivered, facts.Collected, facts.NotCollected, facts.Lost, facts.Cancelled, facts.Withdrawn,
        facts.Declined, facts.Abandoned, facts.Returned, facts.Disposed)  # fmt: skip
"""The facts by which orders, lines and units leave the system."""


def entities(scenario: Scenario) -> Iterator[str]:
    market, network = scenario.market, scenario.network
    segments = [f"{line(name)} ({_customers(scenario, name)})" for name in market.segments]
    yield from bullets(
        [
            "**Orders**, of one or more **order lines**, each of so many units of one SKU; a line is split into "
            "shipments where the policy lets parts leave.",
            f"**Customers** in {counted(len(segments), 'segment')}: {listed(segments)}. A segment gives its orders "
            "their demand, basket, priority and patience.",
            f"**Products**: {counted(len(scenario.products), 'SKU')}, counted in units on shelves at "
            f"{_names(network.sites)}; units of one SKU are alike.",
            *([f"**Channels**: {_names(market.channels)}."] if market.channels else []),
            *([f"**Replenishment orders** to {_names(network.suppliers)}."] if network.suppliers else []),
        ]
    )


def _names(found: Iterable[str]) -> str:
    return listed([line(name) for name in found])


def _customers(scenario: Scenario, name: str) -> str:
    segment = scenario.market.segments[name]
    if segment.demand.rule == "replayed":
        return "customers as in the order history"
    return counted(len(segment.customer_weights(name)), "customer")


def activities(scenario: Scenario) -> Iterator[str]:
    """The stages of each site."""
    untimed = "as the entry mode says" if scenario.network.entry_modes else "takes no time"
    sites = named(Part((), scenario.network, scenario.source["network"], True), "sites")
    for name, part in sites.items():
        rows = []
        for stage, its in named(part, "stages").items():
            said = [f"{code(each.path)} {line(each.value)}" for each in settings(its)
                    if each.stated and each.path not in ("stage", "staff", "calendar")]  # fmt: skip
            rows.append([stage, "; ".join(said) or untimed])
        told = "stages, in their order:" if rows else "no stage takes time; what is in stock is delivered at once."
        yield from paragraph(f"At {line(name)}: {told}")
        yield from table(["stage", "work"], rows)
    modelled = {stage.stage for site in scenario.network.sites.values() for stage in site.stages}
    yield from paragraph(f"Besides: {listed(_besides(scenario))}." if _besides(scenario) else "")
    missing = [name for name in STAGES if name not in modelled]
    yield from paragraph(f"Not modelled: {', '.join(missing)}." if missing else "")


def _besides(scenario: Scenario) -> list[str]:
    """Activities that are no stages."""
    sites = scenario.network.sites.values()
    stocked = any(site.stock is not None for site in sites)
    returns = any(rule.returns is not None for rule in scenario.service.rules)
    return [
        *(["replenishment of stock by its rules (2.4)"] if stocked else []),
        *(["inspection of returned goods"] if returns else []),
        *(["settlement of agreements"] if scenario.service.contracts else []),
    ]


def resources(scenario: Scenario) -> Iterator[str]:
    rows = [
        [line(name), what, f"{staff:,}" if staff is not None else "without limit", line(calendar or "round the clock")]
        for name, site in scenario.network.sites.items()
        for what, staff, calendar in _staff(scenario, site)
    ]
    yield from table(["site", "stage", "staff", "calendar"], rows)
    suppliers = scenario.network.suppliers
    for name, each in suppliers.items():
        limit = counted(each.capacity, "order") if each.capacity else "any number of orders"
        yield from paragraph(f"Supplier {code(name)} works on {limit} at once.")
    yield from paragraph("" if suppliers else "No supplier: stock is without limit.")


def _staff(scenario: Scenario, site: Site) -> Iterator[tuple[str, int | None, str | None]]:
    yield from ((stage.stage, stage.staff, stage.calendar) for stage in site.stages)
    if any(rule.returns is not None for rule in scenario.service.rules):
        yield "inspection of returns", site.returns.inspection.staff, site.returns.inspection.calendar


def queues(scenario: Scenario) -> Iterator[str]:
    staffed = [f"{stage.stage} at {line(name)}" for name, site in scenario.network.sites.items()
               for stage in site.stages if stage.staff is not None]  # fmt: skip
    stocked = [line(name) for name, site in scenario.network.sites.items() if site.stock is not None]
    allocation = code(scenario.service.allocation.rule)
    said = [
        *([f"In front of {listed(staffed)}: by priority, then first come first served."] if staffed else []),
        *([f"Lines that wait for stock at {listed(stocked)}: served in the order of the allocation rule {allocation}; "
           "a receipt goes through the queue from the front."] if stocked else []),
        *([f"Replenishment orders at {line(name)}: first come first served."
           for name, supplier in scenario.network.suppliers.items() if supplier.capacity is not None]),
    ]  # fmt: skip
    yield from bullets(said or ["No queue: nothing has a limit."])


def entry_and_exit(trial: Trial) -> Iterator[str]:
    """Where orders come from, and how they ended in the first replication."""
    market = trial.scenario.market
    yield from bullets(f"Orders of {line(name)} arrive by {code(segment.demand.rule)} demand"
                       f"{f' through {_names(segment.channels)}' if segment.channels else ''}."
                       for name, segment in market.segments.items())  # fmt: skip
    yield from paragraph("Orders, lines and units leave the system by these facts (with their number in the first "
                         "replication):")  # fmt: skip
    yield from bullets(f"{kind.__name__} ({trial.count(kind):,}): {first(kind)}"
                       for kind in ENDS if trial.count(kind))  # fmt: skip
    yield from paragraph("What is open at the end of the run stays open, and is told as open.")
