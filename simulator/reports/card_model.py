"""Section 2 of the card: what happens, what differs from the base, which rules decide, and the components."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.drawing.wording import counted, listed
from simulator.engine import facts
from simulator.mechanisms.collection.facts import Collected, NotCollected
from simulator.mechanisms.known import kinds
from simulator.mechanisms.reservations.facts import Withdrawn
from simulator.mechanisms.returns import MECHANISM
from simulator.mechanisms.returns.facts import Disposed, Returned
from simulator.reports.card_inputs import LONGEST, Part, defaults, named, parts, settings, text
from simulator.reports.card_text import FirstRun, bullets, code, first, line, paragraph, table
from simulator.reports.catalogues import FAMILIES, explanation
from simulator.rules.family import Rule
from simulator.scenario.distributions import Duration
from simulator.scenario.errors import dotted
from simulator.scenario.network import DESK, STAGES, Site
from simulator.scenario.scenario import Scenario


def diagram(scenario: Scenario) -> Iterator[str]:
    """The way of an order and of the goods through each site."""
    yield "```text"
    for name, site in scenario.network.sites.items():
        stages = [stage.stage for stage in site.stages]
        stock = "stock of the site" if site.stock is not None else "stock without limit"
        way = [*(each for each in stages if each in DESK), f"[{stock}]", *(each for each in stages if each not in DESK)]
        yield f"{name}: customers -> {' -> '.join(way)} -> customers"
        if site.stock is not None:
            yield f"{' ' * len(name)}  {', '.join(scenario.network.suppliers)} -> [{stock}]"
        for sibling, _ in site.siblings.items():
            yield f"{' ' * len(name)}  {sibling} -> [{stock}] (helps out)"
    yield "```"
    yield ""


def happenings(trial: FirstRun) -> Iterator[str]:
    """What happened in one replication, and what can happen in other scenarios but did not."""
    yield from paragraph(
        "An order is one process: it passes the stages in the order of the diagram, waits for staff where staff is "
        "limited, and takes its stock in between. What happens at one instant has an order: receipts and the lines "
        "that wait for them, work that ends, new demand, reviews, planning, settlement of contracts. Every event is "
        "kept as a fact. These kinds occurred in the first replication:"
    )
    counts = {kind: trial.count(kind) for kind in kinds()}
    yield from table(
        ["fact", "count", "what happened"],
        ([kind.__name__, f"{number:,}", first(kind)] for kind, number in counts.items() if number),
    )
    never = ", ".join(kind.__name__ for kind, number in counts.items() if not number)
    yield from paragraph(f"Did not occur: {never}." if never else "")


def differences(scenario: Scenario, base: Mapping[str, Any] | None) -> Iterator[str]:
    """What the scenario changes in the one that it extends."""
    if base is None:
        yield from paragraph("The scenario stands alone: it extends no other.")
        return
    before, now = _flat(base), _flat(scenario.source)
    changed = [path for path in dict.fromkeys([*before, *now]) if before.get(path) != now.get(path)]
    changed.sort(key=lambda path: path not in before or path not in now)  # what has another value comes first
    yield from paragraph(f"It extends {line(str(base.get('name', 'a scenario')))} and changes:")
    rows = ([code(path), line(before.get(path, "–")), line(now.get(path, "–"))] for path in changed[:LONGEST])
    yield from table(["path", "base", "here"], rows)
    rest = Counter(path.split(".")[0] for path in changed[LONGEST:])
    said = listed([f"{number:,} in {code(section)}" for section, number in rest.items()])
    yield from paragraph(f"… and more values: {said}." if rest else "")


def _flat(value: Any, path: tuple[str | int, ...] = ()) -> dict[str, str]:
    """Plain data by path, entries of a list by what they are called; a distribution is one value."""
    if isinstance(value, Mapping) and not (value and set(value) <= set(Duration.model_fields)):
        inner = value.items()
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        inner = dict(_called(place, each) for place, each in enumerate(value)).items()
    else:
        return {dotted(path): text(value)}
    return {key: said for name, each in inner for key, said in _flat(each, (*path, name)).items()}


def _called(place: int, entry: Any) -> tuple[str | int, Any]:
    """What an entry of a list is called, with the entry; by number where it has no name."""
    name = entry.get("stage") or entry.get("name") if isinstance(entry, Mapping) else None
    return (name if isinstance(name, str) else place), entry


def algorithms(whole: Part) -> Iterator[str]:
    """Every rule in force, with its explanation, where it holds, and its settings."""
    yield from paragraph("These rules are in force; each is explained by its own documentation.")
    found: dict[type[Rule], dict[str, list[str]]] = {}
    for part in parts(whole):
        if isinstance(part.model, Rule):
            its = [each for each in settings(part._replace(path=())) if each.path != "rule"]
            said = "; ".join(f"{code(each.path)} {line(each.value)}" for each in its if each.stated)
            said = " ".join(filter(None, [f"{said}." if said else "", defaults(its)])) or "no settings"
            where = dotted(part.path) + ("" if part.stated else " (default)")
            found.setdefault(type(part.model), {}).setdefault(said, []).append(where)
    for rule, uses in sorted(found.items(), key=lambda each: (_family(each[0]), _tag(each[0]))):
        yield from paragraph(f"**{_family(rule)}: {code(_tag(rule))}**")
        yield from paragraph(line(explanation(rule).split("```")[0]))
        yield from table(["where", "settings"], ([_places(places), said] for said, places in _shown(uses)))
        yield from bullets(_meanings(rule, whole))


def _shown(uses: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Settings with their places; of many only some."""
    found = list(uses.items())
    if len(found) <= LONGEST:
        return found
    rest = sum(len(places) for _, places in found[10:])
    return [*found[:10], (f"… and {rest:,} more places with settings of their own", [])]


def _places(places: list[str]) -> str:
    more = f" and {len(places) - 3:,} more" if len(places) > 4 else ""
    return ", ".join(code(each) for each in (places[:3] if more else places)) + more


def _meanings(rule: type[Rule], whole: Part) -> Iterator[str]:
    """What the settings that are in use mean."""
    said: dict[str, str] = {}
    for part in parts(whole):
        if type(part.model) is rule:
            its = settings(part._replace(path=()))
            said |= {each.path: each.meaning for each in its if each.path != "rule" and each.meaning}
    yield from (f"{code(path)}: {line(meaning)}" for path, meaning in said.items())


def _tag(rule: type[Rule]) -> str:
    return str(rule.model_fields["rule"].default)


def _family(rule: type[Rule]) -> str:
    """The name under which a scenario uses a family of rules."""
    known = next((name for name, base in FAMILIES.items() if issubclass(rule, base)), "")
    return known or rule.__mro__[1].__name__


ENDS = (
    facts.Delivered,
    Collected,
    NotCollected,
    facts.Lost,
    facts.Cancelled,
    Withdrawn,
    facts.Declined,
    facts.Abandoned,
    Returned,
    Disposed,
)
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
            said = [
                f"{code(each.path)} {line(each.value)}"
                for each in settings(its)
                if each.stated and each.path not in ("stage", "staff", "calendar")
            ]
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
    returns = MECHANISM.active(scenario)
    mended = any(site.returns.refurbishing is not None for site in sites)
    return [
        *(["replenishment of stock by its rules (2.4)"] if stocked else []),
        *(["inspection of returned goods"] if returns else []),
        *(["refurbishing of returned goods"] if returns and mended else []),
        *(["settlement of contracts"] if scenario.service.contracts else []),
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
    if MECHANISM.active(scenario):
        yield "inspection of returns", site.returns.inspection.staff, site.returns.inspection.calendar
        workshop = site.returns.refurbishing
        if workshop is not None:
            yield "refurbishing of returns", workshop.staff, workshop.calendar


def queues(scenario: Scenario) -> Iterator[str]:
    staffed = [
        f"{stage.stage} at {line(name)}"
        for name, site in scenario.network.sites.items()
        for stage in site.stages
        if stage.staff is not None
    ]
    stocked = [line(name) for name, site in scenario.network.sites.items() if site.stock is not None]
    allocation = code(scenario.service.allocation.rule)
    said = [
        *([f"In front of {listed(staffed)}: by priority, then first come first served."] if staffed else []),
        *(
            [
                f"Lines that wait for stock at {listed(stocked)}: served in the order of the allocation rule "
                f"{allocation}; "
                "a receipt goes through the queue from the front."
            ]
            if stocked
            else []
        ),
        *(
            [
                f"Replenishment orders at {line(name)}: first come first served."
                for name, supplier in scenario.network.suppliers.items()
                if supplier.capacity is not None
            ]
        ),
    ]
    yield from bullets(said or ["No queue: nothing has a limit."])


def entry_and_exit(trial: FirstRun) -> Iterator[str]:
    """Where orders come from, and how they ended in the first replication."""
    market = trial.scenario.market
    yield from bullets(
        f"Orders of {line(name)} arrive by {code(segment.demand.rule)} demand"
        f"{f' through {_names(segment.channels)}' if segment.channels else ''}."
        for name, segment in market.segments.items()
    )
    yield from paragraph(
        "Orders, lines and units leave the system by these facts (with their number in the first replication):"
    )
    yield from bullets(f"{kind.__name__} ({trial.count(kind):,}): {first(kind)}" for kind in ENDS if trial.count(kind))
    yield from paragraph(
        "What is open at the end of the run is followed until it ends, while new orders come; it counts for nothing "
        "else. What has not ended after as long again is told as open."
    )
