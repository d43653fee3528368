"""What the sections on returns name and others must define."""

from collections.abc import Iterator, Mapping

from simulator.scenario.errors import At
from simulator.scenario.network import Network, Site
from simulator.scenario.products import Product
from simulator.scenario.references import Path, unknown
from simulator.scenario.service import Service


def return_references(service: Service, network: Network, products: Mapping[str, Product]) -> Iterator[At]:
    """Desks have calendars and SKUs that exist, what comes late was promised, and suppliers take what they are sent."""
    for name, site in network.sites.items():
        yield from _returns_desk(("network", "sites", name, "returns"), site, network, products)
    promised = any(rule.promise is not None for rule in service.rules)
    wrong = max((site.quality.picking_error for site in network.sites.values()), default=0.0)
    wrong = max(wrong, *(mode.errors.item for mode in network.entry_modes.values()), 0.0)
    for index, rule in enumerate(service.rules):
        terms = rule.returns
        if terms is not None and terms.late and not promised:
            where: Path = ("service", "rules", index, "returns", "late")
            yield At(where, "nothing is promised: no order is ever late", "give a promise in service.rules")
        if terms is not None and terms.exchange * max(terms.highest, wrong) >= 1:
            again: Path = ("service", "rules", index, "returns", "exchange")
            hint = "less than 1 of them both, multiplied"
            yield At(again, "all of it comes back and is exchanged, again and again for ever", hint)
        if terms is not None and terms.disposing is not None and terms.disposing.sends_back:
            place: Path = ("service", "rules", index, "returns", "disposition")
            yield from _takes_claims(place, network.sites, network)


def _returns_desk(place: Path, site: Site, network: Network, products: Mapping[str, Product]) -> Iterator[At]:
    desks = {"inspection": site.returns.inspection, "refurbishing": site.returns.refurbishing}
    for name, desk in desks.items():
        if desk is not None and desk.calendar is not None:
            yield from unknown((*place, name, "calendar"), "calendar", desk.calendar, network.calendars)
    flow = site.returns.independent
    for sku in (flow.items or {}) if flow is not None else ():
        yield from unknown((*place, "independent", "items", sku), "SKU", sku, products)
    if flow is not None and not any((flow.items or {sku: each.popularity for sku, each in products.items()}).values()):
        yield At((*place, "independent"), "no product has a weight above 0: nothing can come back")
    if site.returns.supplier:
        yield from _takes_claims((*place, "supplier"), {"": site}, network)


def _takes_claims(place: Path, sites: Mapping[str, Site], network: Network) -> Iterator[At]:
    """Goods go back to a supplier only where there is one, that says what it credits."""
    only = next(iter(network.suppliers), "")
    for site in sites.values():
        names = sorted({rule.supplier or only for rule in (site.stock or {}).values()} & set(network.suppliers))
        silent = [name for name in names if network.suppliers[name].claims is None]
        if site.stock is None:
            yield At(place, "goods without limit have no supplier to go back to", "give the site a stock section")
            return
        if silent:
            hint = f"give network.suppliers.{silent[0]}.claims: accepted, credit, time"
            yield At(place, f"supplier {silent[0]!r} takes nothing back", hint)
            return
