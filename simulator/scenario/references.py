"""Names that one section of a scenario uses and another must define."""

from collections.abc import Iterable, Iterator, Mapping

from simulator.scenario.errors import At, Several
from simulator.scenario.market import Basket, Market, Segment
from simulator.scenario.named import Path, unknown
from simulator.scenario.network import NO_TIME, Network, Site
from simulator.scenario.policy_references import contract_references, segmentation_references, service_references
from simulator.scenario.products import Product
from simulator.scenario.segmentation import Segmentation
from simulator.scenario.service import Service


def check_references(
    market: Market, products: Mapping[str, Product], network: Network, service: Service, segmentation: Segmentation,
    further: Iterable[At] = (),
) -> None:  # fmt: skip
    """Every SKU, site, supplier, calendar, channel and segment that is named exists; `further` faults are told too.

    Errors: `Several`, with the place of each.
    """
    found = [
        *_market(market, products, network),
        *_channels(market, network),
        *_network(network, products),
        *_entry(market, network),
        *service_references(service, market, products, segmentation),
        *_products(products),
        *segmentation_references(segmentation, market, products),
        *contract_references(service, market),
        *further,
    ]
    if found:
        raise Several(found)


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
        desk = site.returns.inspection.calendar
        if desk is not None:
            yield from unknown((*place, "returns", "inspection", "calendar"), "calendar", desk, network.calendars)
        for other in site.siblings:
            yield from unknown((*place, "siblings", other), "site", other, network.sites)
            if other == name:
                yield At((*place, "siblings", other), "a site is no sibling of itself")
        yield from _stock((*place, "stock"), site, network, products)
    yield from _refresh(network)


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
        yield At(place, f"no rule for SKU {missing[0]!r} and {len(missing) - 1} more; `default` is for all the others")


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
        modes = {name: network.entry_modes.get(market.channels[name].entry or "")
                 for name in used if name in market.channels}  # fmt: skip
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
