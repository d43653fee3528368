"""After-sales: the installed base, its failures, who repairs them, and the spare parts that this takes."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from simulator.model import AnyOrder, Model, Names
from simulator.rules.dispatching import Dispatch, InOrderOfReport
from simulator.rules.repairing import Nearest, PartSource, Repair, RepairOrReplace
from simulator.scenario.distributions import Duration
from simulator.scenario.errors import At, Several
from simulator.scenario.network import Network
from simulator.scenario.products import Product
from simulator.scenario.references import unknown
from simulator.units import Hours, Money, Share

MOST_UNITS = 2_000_000
"""Units in service at the start that a scenario may state."""


def _life(law: Duration) -> Duration:
    if law.weibull is None and law.exponential is None:
        raise ValueError(
            "the running time to a failure is expected as {weibull: {shape: 1.5, scale: 900 days}} or "
            "{exponential: {mean: 900 days}}: the rest of the life of a unit with an age follows from these"
        )
    if not law.expected > 0:
        raise ValueError("a time above 0 is expected: a unit that fails at once fails without end")
    return law


Life = Annotated[Duration, AfterValidator(_life)]
"""A law of which the rest of the life at any age is known."""


def shape_and_scale(law: Duration) -> tuple[float, float]:
    """Of the Weibull law; an exponential one has shape 1.

    >>> shape_and_scale(Duration.model_validate({"exponential": {"mean": "2 days"}}))
    (1.0, 48.0)
    """
    return law.weibull.shape_and_scale if law.weibull is not None else (1.0, law.expected)


class Installed(Model):
    """Units of a product in service."""

    failure: Life
    """Running time of a unit to a failure, by its age: Weibull or exponential. A unit that does not run does not age
    in this sense."""
    after_repair: Literal["as_old", "as_new"] = "as_old"
    """Whether a repaired unit fails like one of its age (minimal repair) or like a new one. Assumption: one part among
    many is put right, and the rest is as old as before."""
    base: Annotated[int, Field(ge=0, le=MOST_UNITS)] = 0
    """Units in service when the run begins."""
    ages: Duration = Duration.model_validate("0 h")
    """Their running time until then: since they were new or, where a repair makes a unit as new, since the last one. It
    counts for the warranty too."""
    joins: Share = 1.0
    """Share of the units delivered that come into service here; 0 for a pool of a fixed number of units."""
    installation: Duration = Duration.model_validate("0 h")
    """From delivery until a unit is in service."""
    life: Duration | None = None
    """Time in service after which a unit is withdrawn, new units alike; never where left out. One that has failed is
    repaired first."""
    warranty: Hours = 0.0
    """Time in service for which repairs are free."""
    contracts: dict[str, Share] = {}
    """Service contracts, each with the share of units that have it."""
    parts: Annotated[dict[str, Share], AnyOrder()] = {}
    """Spare parts, each with the share of failures that need one of it."""
    repair: Duration = Duration.model_validate("2 h")
    """Work of a technician on a failure, without travel. Assumption: two hours."""
    replacement: Duration = Duration.model_validate("7 days")
    """Until a new unit is there, where a failed one is replaced. Assumption: a week."""

    @model_validator(mode="after")
    def _check(self) -> "Installed":
        if (total := sum(self.contracts.values())) > 1 + 1e-9:
            raise At(("contracts",), f"a unit has one contract at most; the shares add to {total:g}", "1 or less")
        if self.life is not None and self.base and not self.life.expected > self.ages.expected:
            raise At(("life",), "units in service at the start are on average older than they get", "a longer life")
        return self


class ServiceTier(Model):
    """A service contract: what its customers may expect, and what it costs to disappoint them."""

    priority: Annotated[int, Field(ge=1)] = 1
    """Who comes first where the dispatching rule looks at it: 1 before 2."""
    response: Hours | None = None
    """A technician is to be there within this time from the report, by the clock."""
    late_response: Money = 0.0
    """Penalty for each response that is later."""
    uptime: Share | None = None
    """Share of its time for which a unit is to run."""
    period: Annotated[Hours, Field(ge=1)] = 2190.0
    """Uptime is settled for each unit after so long. Assumption: a quarter of a year."""
    hour_down: Money = 0.0
    """Penalty for each hour that a unit was down in a period beyond what `uptime` allows."""
    parts_from: PartSource | None = None
    """Where parts for its units are taken from; as for all others where left out."""
    repair_or_replace: RepairOrReplace | None = None
    """Whether its units are repaired or replaced; as for all others where left out."""


class Technicians(Model):
    """A team of technicians who work the same hours."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    """How many there are."""
    calendar: str | None = None
    """When they set out; round the clock where left out. A visit that is begun is finished."""
    products: Names | None = None
    """What they can repair; all products where left out."""
    travel: Duration = Duration.model_validate("1 h")
    """Time on the way to a customer. Assumption: an hour."""
    places: Names | None = None
    """Where they get parts from, in this order; every place where left out."""


class PartsPlace(Model):
    """A place where spare parts are kept."""

    supplied_from: str | None = None
    """The place that it is replenished from; where left out, repaired and new parts come here."""
    transport: Duration = Duration.model_validate("0 h")
    """From that place to here."""
    fetch: Duration = Duration.model_validate("0 h")
    """From here to the customer, where a part is fetched for a repair."""
    van: bool = False
    """Whether each technician has one; what is kept here is kept in each."""


class PartRepair(Model):
    """What becomes of a failed part."""

    time: Duration
    """Work of the shop on one."""
    shop: str | None = None
    """The repair shop; where left out there is room for all at once."""
    transport: Duration = Duration.model_validate("0 h")
    """From the customer to the shop."""
    condemned: Share = 0.0
    """Share that cannot be repaired: it is scrapped, and a new one is bought."""
    cost: Money = 0.0
    """Of repairing one."""


class LastBuy(Model):
    """The last purchase of a part: afterwards it can be had no more."""

    at: Hours
    """When, from the start of the run."""
    units: Annotated[int, Field(ge=0, le=1_000_000)]
    """How many are bought then, beyond what is on order."""


class Part(Model):
    """A spare part. Every one that is taken is replenished by one (base stock, one for one)."""

    stock: Annotated[dict[str, Annotated[int, Field(ge=0, le=1_000_000)]], AnyOrder()]
    """Base stock by place: on hand and on the way to it, less what is owed; 0 where a place is not named."""
    cost: Money = 0.0
    """Of a new one."""
    repair: PartRepair | None = None
    """How a failed one is repaired; where left out it is used up, and a new one is bought for each."""
    lead_time: Duration | None = None
    """Of a new one."""
    last_buy: LastBuy | None = None
    """The last purchase; it can always be bought where left out."""

    @model_validator(mode="after")
    def _check(self) -> "Part":
        if self.lead_time is None and (self.repair is None or self.repair.condemned > 0):
            said = "new ones are bought in place of what is used up or condemned: after which time they are here?"
            raise At(("lead_time",), said, "such as lead_time: 30 days")
        if self.last_buy is not None and self.lead_time is None:
            raise At(("last_buy",), "none is ever bought: all are repaired", "leave it out, or state condemned")
        return self


class RepairShop(Model):
    """A shop that repairs parts, in the order in which they come."""

    servers: Annotated[int, Field(ge=1, le=10_000)] = 1
    """How many parts it works on at once."""
    calendar: str | None = None
    """When it works; round the clock where left out. Work stops at closing time, and goes on."""


class PartsForecast(Model):
    """Forecasts of the need for parts, to be held against what was needed; they decide nothing."""

    period: Annotated[Hours, Field(ge=1)] = 730.0
    """Each is for so long. Assumption: a month."""
    history: Annotated[int, Field(ge=1)] = 6
    """Periods whose mean is the forecast from past usage. Assumption: half a year of months."""


class AfterSales(Model):
    """What happens to units after they are sold: they fail, and are repaired with spare parts."""

    installed: Annotated[dict[str, Installed], Field(min_length=1)]
    """Products whose units are in service, by SKU; each unit that is delivered joins them."""
    contracts: dict[str, ServiceTier] = {}
    """Service contracts by name."""
    response: Hours | None = None
    """A technician is to be at a unit without a contract within this time from the report, by the clock."""
    technicians: dict[str, Technicians] = {}
    """Teams by name; where left out, a unit is repaired as soon as its parts are there."""
    diagnosis: Literal["visit", "call"] = "visit"
    """When it is known which parts a failure needs: when a technician looks, or when it is reported; then they are
    fetched before one sets out, from no van. Assumption: a technician has to look."""
    first_time_fix: Share = 0.85
    """Share of repairs that work, of those with all parts at hand; the others take one visit more. Assumption."""
    dispatch: Dispatch = InOrderOfReport()
    """Which failure a technician is sent to next."""
    parts: dict[str, Part] = {}
    """Spare parts by name."""
    places: Annotated[dict[str, PartsPlace], Field(min_length=1)] = {"depot": PartsPlace()}
    """Where parts are kept, by name."""
    parts_from: PartSource = Nearest()
    """Where a part is taken from; contracts, and `service.rules` for units sold, may say otherwise."""
    repair_or_replace: RepairOrReplace = Repair()
    """Whether a failed unit is repaired or replaced; contracts, and `service.rules` for units sold, may differ."""
    shops: dict[str, RepairShop] = {}
    """Repair shops for parts, by name."""
    forecast: PartsForecast | None = None
    """Forecasts of the need for parts; none where left out."""

    def holders(self, place: str) -> list[str]:
        """The teams whose technicians get parts from a place, each in a van of his own where it is one."""
        return [name for name, team in self.technicians.items() if team.places is None or place in team.places]

    def base_stock(self, part: str) -> int:
        """Of a part, over all places and vans."""
        found = 0
        for place, level in self.parts[part].stock.items():
            vans = sum(self.technicians[team].number for team in self.holders(place))
            found += level * (vans if self.places[place].van else 1)
        return found

    @model_validator(mode="after")
    def _check(self) -> "AfterSales":
        if found := [*self._circles(), *self._own()]:
            raise Several(found)
        return self

    def _own(self) -> Iterator[At]:
        for name, each in self.installed.items():
            for tier in each.contracts:
                yield from unknown(("installed", name, "contracts", tier), "contract", tier, self.contracts)
            for part in each.parts:
                yield from unknown(("installed", name, "parts", part), "part", part, self.parts)
            teams = self.technicians.values()
            if self.technicians and not any(team.products is None or name in team.products for team in teams):
                said = f"nobody can repair {name!r}"
                yield At(("technicians",), said, "a team that leaves out `products` repairs all")
        for name, terms in self.parts.items():
            for place in terms.stock:
                yield from unknown(("parts", name, "stock", place), "place", place, self.places)
            if terms.repair is not None and terms.repair.shop is not None:
                yield from unknown(("parts", name, "repair", "shop"), "repair shop", terms.repair.shop, self.shops)
        for name, team in self.technicians.items():
            if team.places is not None and not team.places:
                yield At(
                    ("technicians", name, "places"), "they get parts from no place", "leave it out for every place"
                )
            for place in team.places or ():
                yield from unknown(("technicians", name, "places"), "place", place, self.places)

    def _circles(self) -> Iterator[At]:
        for name, place in self.places.items():
            if place.supplied_from is None:
                if place.van:
                    yield At(("places", name), "a van is replenished from somewhere", "give supplied_from")
                continue
            yield from unknown(("places", name, "supplied_from"), "place", place.supplied_from, self.places)
            above, seen = place.supplied_from, {name}
            while above in self.places and above not in seen:
                seen.add(above)
                above = self.places[above].supplied_from or ""
            if above in seen:
                yield At(
                    ("places", name, "supplied_from"), "the places supply each other in a circle", "one needs none"
                )
            elif place.supplied_from in self.places and self.places[place.supplied_from].van:
                yield At(("places", name, "supplied_from"), "a van supplies no other place")
        if self.places and all(place.van for place in self.places.values()):
            yield At(("places",), "there are vans only", "a depot that replenishes them")
        if not self.technicians and any(place.van for place in self.places.values()):
            yield At(("places",), "vans are those of technicians", "give technicians, or no van")


def after_sales_references(
    section: AfterSales | None, network: Network, products: Mapping[str, Product]
) -> Iterator[At]:
    """Products and calendars that exist, and units that can be counted."""
    if section is None:
        return
    for name in section.installed:
        path = ("after_sales", "installed", name)
        yield from unknown(path, "SKU", name, products)
        if name in products and products[name].step != 1:
            yield At(path, f"units in service are counted; {name!r} comes in fractions of {products[name].step:g}")
    for name, team in section.technicians.items():
        if team.calendar is not None:
            yield from unknown(
                ("after_sales", "technicians", name, "calendar"), "calendar", team.calendar, network.calendars
            )
        for sku in team.products or ():
            yield from unknown(
                ("after_sales", "technicians", name, "products"), "product in service", sku, section.installed
            )
    for name, shop in section.shops.items():
        if shop.calendar is not None:
            yield from unknown(("after_sales", "shops", name, "calendar"), "calendar", shop.calendar, network.calendars)
