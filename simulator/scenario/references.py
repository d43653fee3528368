"""What one section of a scenario names and another must define, and what an `optimise` section may not say."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from simulator.rules.replenishing import MasterSchedule
from simulator.rules.scheduled_receipt import from_start
from simulator.scenario.errors import At, Fault, choice, dotted, steps
from simulator.scenario.market import Basket, Market, Segment
from simulator.scenario.network import NO_TIME, Network, Site
from simulator.scenario.optimise import Constraint, Decision, Optimise
from simulator.scenario.products import Product
from simulator.scenario.segmentation import Segmentation
from simulator.scenario.service import Service, When

Path = tuple[str | int, ...]
Names = Iterable[str]


def unknown(path: Path, kind: str, name: str, known: Names) -> Iterator[At]:
    """The fault, with the nearest of the known names, if the name is not among them."""
    names = list(known)
    if name not in names:
        close = get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(names[:12]) or 'none'}"
        yield At(path, f"there is no {kind} {name!r}", hint)


def service_references(
    service: Service, market: Market, products: Mapping[str, Product], segmentation: Segmentation
) -> Iterator[At]:
    """Rules and overrides are for segments, channels, customers and classes that exist."""
    known = _named(market, products, segmentation)
    whens = {"rules": [rule.when for rule in service.rules], "overrides": [each.when for each in service.overrides]}
    for name, several in whens.items():
        for index, when in enumerate(several):
            yield from _when(("service", name, index, "when"), when, known)


def _named(market: Market, products: Mapping[str, Product], segmentation: Segmentation) -> dict[str, tuple[str, Names]]:
    """What the conditions of a policy may name, by condition."""
    customers = _customers(market)
    tiers = {each.customer_class or "" for each in market.segments.values()} - {""}
    classes = {product.sku_class or "" for product in products.values()} - {""}
    if segmentation.customers is not None:
        tiers = set(segmentation.customers.labels)
    if segmentation.products is not None:
        classes = set(segmentation.products.labels)
    known: dict[str, tuple[str, Names]] = {
        "segment": ("segment", market.segments),
        "channel": ("channel", market.channels),
        "customer_class": ("class of customers", sorted(tiers)),
        "sku_class": ("class of products", sorted(classes)),
    }
    if customers is not None:
        known["customer"] = ("customer", customers)
    return known


def _customers(market: Market) -> list[str] | None:
    """The names of all customers; None where an order history brings its own."""
    segments = market.segments.items()
    if any(each.demand.rule == "replayed" for _, each in segments):
        return None
    return [customer for name, segment in segments for customer in segment.customer_weights(name)]


def _when(place: Path, when: When, known: Mapping[str, tuple[str, Names]]) -> Iterator[At]:
    for key, (kind, names) in known.items():
        for name in getattr(when, key) or ():
            yield from unknown((*place, key), kind, name, names)


def segmentation_references(
    segmentation: Segmentation, market: Market, products: Mapping[str, Product]
) -> Iterator[At]:
    """Contracts are with SKUs and customers that exist; a replayed history brings customers of its own."""
    if segmentation.products is not None:
        for sku in segmentation.products.contracts:
            yield from unknown(("segmentation", "products", "contracts", sku), "SKU", sku, products)
    names = _customers(market)
    if segmentation.customers is not None and names is not None:
        for customer in segmentation.customers.contracts:
            yield from unknown(("segmentation", "customers", "contracts", customer), "customer", customer, names)


def contract_references(service: Service, market: Market) -> Iterator[At]:
    """Contracts cover segments, channels and customers that exist, and look at dates that there are."""
    customers = _customers(market)
    for name, contract in service.contracts.items():
        place: Path = ("service", "contracts", name)
        covers = contract.covers
        for segment in covers.segment or ():
            yield from unknown((*place, "covers", "segment"), "segment", segment, market.segments)
        for channel in covers.channel or ():
            yield from unknown((*place, "covers", "channel"), "channel", channel, market.channels)
        for customer in covers.customer or () if customers is not None else ():
            yield from unknown((*place, "covers", "customer"), "customer", customer, customers or ())
        mine = [each for each in market.segments if covers.segment is None or each in covers.segment]
        if contract.due_clock == "request" and not any(_requests(market, each) for each in mine):
            hint = "give `requested` in their segments, or the history's column of it"
            yield At((*place, "clock"), "nobody it covers requests a time", hint)
        if contract.due_clock in ("original_commit", "latest_commit") and not any(
            _is_promised(service, market, each) for each in mine
        ):
            yield At(
                place,
                "nothing is promised to anybody it covers: no order ever falls due",
                "give a promise in service.rules, or another clock or metric",
            )


def _requests(market: Market, segment: str) -> bool:
    """Whether any order of a segment may say when it is wanted."""
    own, column = market.segments[segment], market.history and market.history.columns.requested
    return own.requested is not None or (column is not None and own.demand.rule in ("resampled", "replayed"))


def schedule_references(network: Network, start: dt.date) -> Iterator[At]:
    """What is scheduled to come by date comes in the run, not before it."""
    for name, site in network.sites.items():
        for sku, rule in (site.stock or {}).items():
            path: Path = ("network", "sites", name, "stock", sku)
            idle = {"target", "lot_size", "minimum_order"} & rule.model_fields_set
            for key in sorted(idle) if isinstance(rule, MasterSchedule) else ():
                yield At((*path, key), "a master schedule orders nothing", f"leave out {key}, or take another rule")
            hint = f"it begins on {start}: what came before then is in `opening`"
            for place in (place for place, each in enumerate(rule.receipts) if from_start(each.at, start) < 0):
                yield At((*path, "receipts", place, "at"), f"{rule.receipts[place].at} is before the run", hint)


def _is_promised(service: Service, market: Market, segment: str) -> bool:
    """Whether any order of a segment is promised a time."""
    channels = market.segments[segment].channels or market.channels or {"": None}
    return any(
        rule.promise is not None and rule.when.may_match(segment, channel)
        for rule in service.rules
        for channel in channels
    )


NEVER = ("name", "about", "run", "optimise", "assumptions")
"""Sections that are no decision: runs that differ in time or in random numbers are not alike."""


def optimise_references(section: Optimise, source: Mapping[str, Any]) -> Iterator[At]:
    """Every fault of the section, in a scenario of such plain data."""
    if (section.minimise is None) == (section.maximise is None):
        yield At(("optimise",), "one objective is expected", "such as minimise: total_cost, or maximise: margin")
    for place, constraint in enumerate(section.subject_to):
        yield from _constraint(("optimise", "subject_to", place), constraint)
    for path, decision in section.decisions.items():
        here = ("optimise", "decisions", path)
        yield from _path(here, path, source)
        yield from _decision(here, decision)
    times = section.replications
    if times.first > times.most:
        yield At(("optimise", "replications", "first"), f"first is {times.first}, more than the most: {times.most}")


def _constraint(here: Path, constraint: Constraint) -> Iterator[At]:
    if (constraint.at_least is None) == (constraint.at_most is None):
        yield At(here, "one bound is expected", "at_least: a value, or at_most: a value")


def _path(here: Path, path: str, source: Mapping[str, Any]) -> Iterator[At]:
    """The value at the path's end may be left to its default; all on the way to it is there."""
    try:
        way = steps(path)
    except Fault as fault:
        yield At(here, fault.message, fault.hint)
        return
    if way[0] in NEVER:
        yield At(here, f"{way[0]} is no decision", "a decision is a value of market, products, network, service ...")
        return
    node: Any = source
    for place, part in enumerate(way):
        last, before = place == len(way) - 1, dotted(way[:place]) or "the scenario"
        if isinstance(part, int):
            if not isinstance(node, list) or part >= len(node):
                yield At(here, f"{before} has no entry [{part}]")
                return
        elif not isinstance(node, Mapping):
            yield At(here, f"{before} has no key '{part}'", "it is a list or a single value")
            return
        elif part not in node:
            if not last:
                yield At(here, f"{before} has no '{part}'{choice(str(part), node)}")
            return
        node = node[part]


def _decision(here: Path, decision: Decision) -> Iterator[At]:
    ends = (decision.low, decision.high)
    if decision.choices is not None:
        if any(each is not None for each in (*ends, decision.step)) or decision.log:
            yield At(here, "choices, or a range: not both", "leave out low, high, step and log")
        return
    low, high = ends
    if low is None or high is None:
        yield At(here, "a range or choices are expected", "such as {low: 2, high: 9, step: 1} or {choices: [2, 4]}")
        return
    others = [each for each in (high, decision.step) if each is not None and each.kind != low.kind]
    for other in others:
        yield At(here, f"two units: {low} and {other}", "write low, high and step in the same unit")
    if not others:
        yield from _range(here, low.number, high.number, decision)


def _range(here: Path, low: Decimal, high: Decimal, decision: Decision) -> Iterator[At]:
    if not low < high:
        yield At(here, f"low is {decision.low}, high is {decision.high}", "low must be below high")
    elif decision.step is not None and not 0 < decision.step.number <= high - low:
        yield At((*here, "step"), f"the step is {decision.step}", "above 0, and no longer than the range")
    elif decision.step is not None and decision.log:
        yield At((*here, "log"), "step, or log: not both")
    elif decision.log and low <= 0:
        yield At((*here, "low"), f"a range by ratio begins above 0; found {decision.low}")


def reference_faults(
    market: Market,
    products: Mapping[str, Product],
    network: Network,
    service: Service,
    segmentation: Segmentation,
) -> Iterator[At]:
    """SKUs, sites, suppliers, calendars, channels and segments that are named and do not exist, and what is missing."""
    yield from _market(market, products, network)
    yield from _channels(market, network)
    yield from _network(network, products)
    yield from _entry(market, network)
    yield from service_references(service, market, products, segmentation)
    yield from _products(products)
    yield from segmentation_references(segmentation, market, products)
    yield from contract_references(service, market)


def _market(market: Market, products: Mapping[str, Product], network: Network) -> Iterator[At]:
    for name, segment in market.segments.items():
        place: Path = ("market", "segments", name)
        yield from _segment(place, segment, market, network)
        if segment.basket is not None:
            yield from _basket((*place, "basket"), segment.basket, products)
        for channel, use in (segment.channels or {}).items():
            if not isinstance(use, float) and use.basket is not None:
                yield from _basket((*place, "channels", channel, "basket"), use.basket, products)


def _segment(place: Path, segment: Segment, market: Market, network: Network) -> Iterator[At]:
    for channel in segment.channels or {}:
        yield from unknown((*place, "channels", channel), "channel", channel, market.channels)
    if segment.channels is None and len(market.channels) > 1:
        yield At(place, f"say which channels it uses: {', '.join(market.channels)}")
    if segment.site is not None:
        yield from unknown((*place, "site"), "site", segment.site, network.sites)
    elif len(network.sites) > 1 and any(not _has_source(market, channel) for channel in segment.channels or [""]):
        yield At(place, f"say which site serves it: {', '.join(network.sites)}")
    if segment.demand.rule in ("resampled", "replayed") and market.history is None:
        yield At((*place, "demand"), f"{segment.demand.rule} demand needs market.history: the order file")


def _has_source(market: Market, channel: str) -> bool:
    """Whether a channel says which site serves its orders; a channel that no segment names is the only one."""
    found = market.channels.get(channel) or next(iter(market.channels.values()), None)
    return found is not None and found.source is not None


def _channels(market: Market, network: Network) -> Iterator[At]:
    for name, channel in market.channels.items():
        for site in channel.source.among if channel.source is not None else ():
            yield from unknown(("market", "channels", name, "source"), "site", site, network.sites)
    for place, lane in enumerate(network.lanes):
        path: Path = ("network", "lanes", place)
        yield from unknown((*path, "site"), "site", lane.site, network.sites)
        for segment in lane.segment or ():
            yield from unknown((*path, "segment"), "segment", segment, market.segments)
        for each in lane.channel or ():
            yield from unknown((*path, "channel"), "channel", each, market.channels)
        start = network.sites.get(lane.site)
        if lane.time is not None and start is not None and all(stage.stage != "transit" for stage in start.stages):
            yield At((*path, "time"), f"site {lane.site!r} has no stage `transit` that it could be the time of")


def _basket(place: Path, basket: Basket, products: Mapping[str, Product]) -> Iterator[At]:
    for sku in basket.items or {}:
        yield from unknown((*place, "items", sku), "SKU", sku, products)
    for index, kind in enumerate(basket.orders or ()):
        for sku in kind.lines:
            yield from unknown((*place, "orders", index, "lines", sku), "SKU", sku, products)
    if basket.orders is None and not any((basket.items or {sku: p.popularity for sku, p in products.items()}).values()):
        yield At(place, "no product has a popularity above 0: nothing can be ordered")
    if basket.units_by_group is not None:
        groups = set(basket.units_by_group)
        for sku, product in products.items():
            if product.group not in groups and (basket.items is None or sku in basket.items):
                wanted = ", ".join(sorted(groups))
                yield At((*place, "units_by_group"), f"SKU {sku!r} is in group {product.group!r}; known are: {wanted}")
                break


def _network(network: Network, products: Mapping[str, Product]) -> Iterator[At]:
    for name, site in network.sites.items():
        place: Path = ("network", "sites", name)
        for index, stage in enumerate(site.stages):
            if stage.calendar is not None:
                yield from unknown((*place, "stages", index, "calendar"), "calendar", stage.calendar, network.calendars)
        for other in site.siblings:
            yield from unknown((*place, "siblings", other), "site", other, network.sites)
            if other == name:
                yield At((*place, "siblings", other), "a site is no sibling of itself")
        yield from _stock((*place, "stock"), site, network, products)
    yield from _refresh(network)


def calendar_faults(network: Network, start: dt.date) -> Iterator[At]:
    """Calendars that never open."""
    dates = [start + dt.timedelta(days=day) for day in range(OPENS_WITHIN)]
    for name, calendar in network.calendars.items():
        days = {day for shift in calendar.work for day in shift.days}
        if not any(date.weekday() in days and not calendar.is_closed(date) for date in dates):
            yield At(
                ("network", "calendars", name), f"it is never open in {OPENS_WITHIN} days from the start of the run"
            )


OPENS_WITHIN = 400


def _refresh(network: Network) -> Iterator[At]:
    """A refresh sizes stock anew: where no rule has a target there is nothing to size."""
    only = next(iter(network.suppliers), "")
    rules = [rule for site in network.sites.values() for rule in (site.stock or {}).values()]
    sized = {rule.supplier or only for rule in rules if rule.target is not None}
    for name, supplier in network.suppliers.items():
        if supplier.refresh is not None and name not in sized:
            place: Path = ("network", "suppliers", name, "refresh")
            hint = "give a stock rule a target instead of its numbers, or leave refresh out"
            yield At(place, "nothing to size anew: no rule with a target orders here", hint)


def _stock(place: Path, site: Site, network: Network, products: Mapping[str, Product]) -> Iterator[At]:
    if site.stock is None:
        return
    for sku, rule in site.stock.items():
        if sku != "default":
            yield from unknown((*place, sku), "SKU", sku, products)
        if rule.supplier is not None:
            yield from unknown((*place, sku, "supplier"), "supplier", rule.supplier, network.suppliers)
        elif len(network.suppliers) != 1:
            yield At((*place, sku), f"say which supplier delivers: {', '.join(network.suppliers) or 'none is defined'}")
    missing = [sku for sku in products if sku not in site.stock]
    if missing and "default" not in site.stock:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield At(place, f"no rule for SKU {missing[0]!r}{more}", "`default` is for all that have none of their own")


def _entry(market: Market, network: Network) -> Iterator[At]:
    """Every channel is entered in a way that exists, at a site that enters orders, and entry takes some time."""
    for name, channel in market.channels.items():
        if channel.entry is not None:
            place: Path = ("market", "channels", name, "entry")
            yield from unknown(place, "entry mode", channel.entry, network.entry_modes)
    for site, index, own in [_entry_stage(name, network) for name in network.sites]:
        served = [segment for segment in market.segments.values() if (segment.site or site) == site]
        if not served:
            continue  # a sibling: it knows how long entry takes from the modes of those who come
        used = [name for segment in served for name in segment.channels or market.channels]
        modes = {
            name: network.entry_modes.get(market.channels[name].entry or "") for name in used if name in market.channels
        }
        timed = {name for name, mode in modes.items() if mode is not None and mode.takes_time}
        if index is None and timed:
            name = min(timed)
            yield At(("market", "channels", name, "entry"), f"site {site!r} has no stage entry to take its time")
        if index is not None and not own and (len(timed) < len(modes) or not modes):
            yield At(("network", "sites", site, "stages", index), NO_TIME, "or an entry mode with a time by channel")


def _entry_stage(name: str, network: Network) -> tuple[str, int | None, bool]:
    """A site, the place of its stage entry, and whether that has a time of its own."""
    for index, stage in enumerate(network.sites[name].stages):
        if stage.stage == "entry":
            return name, index, stage.takes_time
    return name, None, False


def _products(products: Mapping[str, Product]) -> Iterator[At]:
    for sku, product in products.items():
        for other in product.substitutes:
            place: Path = ("products", sku, "substitutes", other)
            yield from unknown(place, "SKU", other, products)
            if other == sku:
                yield At(place, "a product is no substitute for itself")
