"""Names that the service policy, its agreements and the segmentation use and other sections must define."""

from collections.abc import Iterator, Mapping

from simulator.scenario.errors import At
from simulator.scenario.market import Market
from simulator.scenario.named import Names, Path, unknown
from simulator.scenario.products import Product
from simulator.scenario.segmentation import Segmentation
from simulator.scenario.service import Service, When


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
    """Agreements cover segments, channels and customers that exist, and look at dates that there are."""
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
        if contract.due_clock == "request" and not any(market.segments[each].requested for each in mine):
            yield At((*place, "clock"), "nobody it covers requests a time", "give `requested` in their segments")
        if contract.due_clock in ("original_commit", "latest_commit") and not any(
            _is_promised(service, market, each) for each in mine
        ):
            yield At(place, "nothing is promised to anybody it covers: no order ever falls due",
                     "give a promise in service.rules, or another clock or metric")  # fmt: skip


def _is_promised(service: Service, market: Market, segment: str) -> bool:
    """Whether any order of a segment is promised a time."""
    channels = market.segments[segment].channels or market.channels or {"": None}
    return any(
        rule.promise is not None and rule.when.may_match(segment, channel)
        for rule in service.rules
        for channel in channels
    )
