"""What is particular to the orders of a segment in a channel: who serves them, how they get there, what is known."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.engine.facts import LineOrdered, Ordered
from simulator.engine.ledger import Ledger
from simulator.engine.streams import Streams
from simulator.engine.terms import Chain, ChannelTerms, LineTerms, Terms, Way
from simulator.planning.sourcing_options import lane_of, outlets
from simulator.planning.stock_levels import customer_classes, product_classes
from simulator.rules.allocating import AllocationRule
from simulator.rules.classifying import SegmentationRule, Sold, Turnover, turnover
from simulator.rules.stockout import ship_of
from simulator.rules.views import LineView
from simulator.scenario.channels import Channel, Protected
from simulator.scenario.scenario import Scenario
from simulator.scenario.service import ServiceRule
from simulator.units import exact

if TYPE_CHECKING:
    from simulator.engine.orders import Order
    from simulator.engine.shelf import Shelf
    from simulator.engine.site import SiteWorld


class Channels:
    """What each channel says, worked out for each segment when it is first asked for."""

    def __init__(self, scenario: Scenario, sites: "list[SiteWorld]", streams: Streams) -> None:
        self._scenario, self._streams = scenario, streams
        self._sites = {site.name: site for site in sites}
        self.settings = scenario.market.channels
        self.protects = any(channel.protected is not None for channel in self.settings.values())
        """Whether some stock is kept for some channel."""
        self.differ = bool(scenario.network.lanes) or self.protects or any(map(_particular, self.settings.values()))
        """Whether anything depends on the channel besides the rules of the policy."""
        self._found: dict[tuple[str, str], ChannelTerms | None] = {}
        self._ways: dict[tuple[str, str, str], Way | None] = {}

    def terms(self, segment: str, channel: str) -> ChannelTerms | None:
        """What the channel says of an order; None where it says nothing that its flow has to look at."""
        if (segment, channel) not in self._found:
            settings = self.settings.get(channel)
            particular = settings is not None and _particular(settings)
            self._found[segment, channel] = self._of(segment, channel) if particular else None
        return self._found[segment, channel]

    def _of(self, segment: str, channel: str) -> ChannelTerms:
        settings = self.settings[channel]
        rule = settings.source if settings.source is not None and settings.source.looks else None
        found = [(self._sites[each.site], each) for each in outlets(self._scenario, segment, channel)] if rule else []
        return ChannelTerms(rule, tuple(found), settings.collect, channel)

    def others(self, channel: str) -> tuple[Protected, ...]:
        """What is kept for other channels."""
        found = self.settings.items()
        return tuple(each.protected for name, each in found if name != channel and each.protected is not None)

    def way(self, site: str, segment: str, channel: str) -> Way | None:
        """The transit time from a site; None where it is that of the site's own stage."""
        key = (site, segment, channel)
        if key not in self._ways:
            lane = lane_of(self._scenario, site, segment, channel)
            time = lane.time if lane is not None else None
            name = f"later shipments of {site}: transit to {segment} through {channel}"
            self._ways[key] = Way(time.expected, self._streams.draws(name, time.sample)) if time is not None else None
        return self._ways[key]


def _particular(channel: Channel) -> bool:
    looks = channel.source is not None and channel.source.looks
    return looks or channel.collect is not None or channel.record is not None


class Classes:
    """The current classes; reviews inside the run change them."""

    def __init__(self, scenario: Scenario, ledger: Ledger) -> None:
        self._scenario, self._ledger = scenario, ledger
        self.sku = list(product_classes(scenario))
        """Of each product, in the order of the scenario; None where it has none."""
        rule = scenario.segmentation.products
        self.labels = rule.labels if rule is not None else tuple(sorted({each for each in self.sku if each}))
        """Every class of products that there can be."""
        self.customer: list[str] = []
        """Of each of the ledger's customers, where customers are put into classes; else empty."""

    def enrol(self) -> None:
        """Take in the customers that the ledger knows, when all are named."""
        start = customer_classes(self._scenario)
        self.customer = [start[name] for name in self._ledger.customers] if start else []

    def of_customer(self, customer: int) -> str | None:
        """The class of a customer by index: its own, or that of its segment; None where there is none."""
        if self.customer:
            return self.customer[customer]
        segments = list(self._scenario.market.segments.values())
        return segments[self._ledger.customer_segments[customer]].customer_class


def product_record(scenario: Scenario, ledger: Ledger, rule: SegmentationRule, now: float) -> Turnover:
    """What each product has sold until now, as a review sees it: orders placed, whatever became of them."""
    lines = ledger.so_far(LineOrdered)
    return _looked_back(scenario, ledger, rule, now, lines["sku"], len(scenario.products), lines["units"])


def customer_record(scenario: Scenario, ledger: Ledger, rule: SegmentationRule, now: float) -> Turnover:
    """What each customer has bought until now."""
    lines = ledger.so_far(LineOrdered)
    whose = _of_orders(ledger, "customer", lines["order"])
    return _looked_back(scenario, ledger, rule, now, whose, len(ledger.customers), lines["units"] * lines["price"])


def _of_orders(ledger: Ledger, name: str, orders: np.ndarray) -> np.ndarray:
    """A field of some orders while the run goes on: they are numbered as they are drawn, some numbers are left out."""
    placed = ledger.so_far(Ordered)
    known = np.zeros(int(placed["order"].max(initial=0)) + 1, dtype=placed[name].dtype)
    known[placed["order"]] = placed[name]
    found: np.ndarray = known[orders]
    return found


def _looked_back(
    scenario: Scenario,
    ledger: Ledger,
    rule: SegmentationRule,
    now: float,
    place: np.ndarray,
    size: int,
    varies: np.ndarray,
) -> Turnover:
    lines = ledger.so_far(LineOrdered)
    at = _of_orders(ledger, "at", lines["order"])
    cost = np.array([product.cost for product in scenario.products.values()])[lines["sku"]]
    units, price = lines["units"], lines["price"]
    sold = Sold(place, at, units, units * price, units * (price - cost))
    begin = max(0.0, exact(now - rule.window)) if rule.window is not None else 0.0
    return turnover(sold, size, begin, now, rule.period, varies)


class Policy:
    """Finds the terms of an order, and remembers them."""

    def __init__(
        self, scenario: Scenario, customers: list[str], classes: Classes, channels: Channels, hurries: bool
    ) -> None:
        self.scenario, self.service, self._customers = scenario, scenario.service, customers
        self._classes_now = classes
        self.rules = self.service.rules
        self._place = {id(rule): place for place, rule in enumerate(self.rules)}
        self.allocation: AllocationRule = self.service.allocation
        self.channels = channels
        self.rationing = self.allocation.keeps_stock or channels.protects
        """Whether some stock may be kept from some orders."""
        self.sku_class = classes.sku
        """Class of each product, as it is now."""
        self.classes: list[str | None] = [None, *classes.labels]
        self.overrides = [override for override in self.service.overrides if override.rate > 0]
        whens = [rule.when for rule in self.rules] + [override.when for override in self.overrides]
        self.by_class = any(when.sku_class is not None for when in whens)
        self.by_value = any(when.order_value is not None for when in whens)
        by_tier = any(when.customer_class is not None for when in whens)
        own = scenario.segmentation.customers is not None and by_tier
        self.by_order = own or self.by_value or any(when.customer is not None for when in whens)
        """Whether rules look at more of an order than segment and channel."""
        self.reviews = _reviews(scenario, self.by_class, by_tier)
        """When classes change that rules look at."""
        chains = [self.service.stockout, *(rule.stockout for rule in self.rules if rule.stockout is not None)]
        self.asks_customers = any(not response.plain for chain in chains for response in chain)
        self.negotiates = any(rule.promise is not None and not rule.promise.standing for rule in self.rules)
        waits = any(segment.longest_wait is not None for segment in scenario.market.segments.values())
        self.commits = self.negotiates or waits
        """Whether somebody looks at what is promised to orders that have not come to the shelf yet."""
        self.holds = any(rule.promise is not None and rule.promise.holds for rule in self.rules)
        """Whether some promises hold stock for their orders."""
        self.asks_capacity = any(rule.promise is not None and rule.promise.asks_capacity for rule in self.rules)
        """Whether some promises look at the work ahead of an order."""
        self.repromises = self.service.repromise is not None
        self.foresees = self.negotiates or self.repromises or any(not chain[0].plain for chain in chains)
        """Whether somebody looks at when goods are expected."""
        self.ranks = hurries or self.allocation.ranks
        """Whether some lines come before others that waited longer."""
        self.skus = list(scenario.products)
        places = {sku: place for place, sku in enumerate(self.skus)}
        self.substitutes = [
            sorted(
                ((places[sku], share) for sku, share in product.substitutes.items()),
                key=lambda each: (-each[1], each[0]),
            )
            for product in scenario.products.values()
        ]
        """By product: what can be given instead, as product and share who accept, the most accepted first."""
        self._terms: dict[tuple[Any, ...], Terms] = {}
        self._kept: dict[tuple[int, LineTerms], float] = {}
        self._stated: dict[tuple[tuple[int, ...], int, str], Any] = {}

    def kept(self, shelf: "Shelf", terms: LineTerms) -> float:
        """Units of a shelf that a line may not touch: what is kept from its priority, or for other channels.

        The higher of the two holds, for both are the last units of the shelf. It is rounded up to whole ones.
        """
        if not self.rationing:
            return 0.0
        kept = self._kept.get((shelf.number, terms))
        if kept is None:
            kept = max(
                shelf.step.up(self.allocation.keeps(terms.priority, shelf.daily_demand)),
                sum(shelf.step.up(each.of(shelf.daily_demand)) for each in terms.others),
            )
            self._kept[shelf.number, terms] = kept
        return kept

    def free(self, shelf: "Shelf", terms: LineTerms, units: float | None = None) -> float:
        """Units of a shelf that a line may be given, if nobody waits for them; of those it wants, if that is said."""
        return shelf.free(self.kept(shelf, terms), after_waiting=True, units=units)

    def rank(self, order: "Order", line: int, shelf: "Shelf", units: float, terms: LineTerms) -> float:
        """The place of a line in the queue for a shelf, by the allocation rule; urgent orders are before all others."""
        if order.terms.urgent:
            return -math.inf
        if not self.ranks:
            return 0.0
        due, margin = order.due, order.block.prices[line] - shelf.cost
        return self.allocation.rank(LineView(units, terms.priority, due if due == due else math.inf, margin))

    def of_channel(self, site: "SiteWorld", segment: str, channel: str) -> Terms:
        """The terms of every order of a segment in a channel, where nothing else of an order matters."""
        nobody = np.zeros(1, dtype=int)
        row = self.matching(segment, [channel], nobody, nobody, None)[0]
        return self.terms(site, segment, tuple(np.flatnonzero(row).tolist()), -1, channel)

    def matching(
        self, segment: str, channels: list[str], channel: np.ndarray, customer: np.ndarray, value: np.ndarray | None
    ) -> np.ndarray:
        """For each order and rule whether the rule is for the order, or for some lines of it."""
        whens = [rule.when for rule in self.rules]
        return self._matches(whens, segment, channels, channel, customer, value)

    def overridden(
        self,
        segment: str,
        channels: list[str],
        channel: np.ndarray,
        customer: np.ndarray,
        value: np.ndarray | None,
        chance: np.ndarray,
    ) -> np.ndarray:
        """For each order the index of the rule by which sales treats it instead; -1 for none.

        `chance` is in [0, 1): the first override has its share of it, the next one a share beside that.
        """
        found, taken = np.full(len(channel), -1), np.zeros(len(channel))
        whens, names = [each.when for each in self.overrides], [rule.name for rule in self.rules]
        matches = self._matches(whens, segment, channels, channel, customer, value)
        for mine, override in zip(matches.T, self.overrides, strict=True):
            upto = taken + mine * override.rate
            found[(chance >= taken) & (chance < upto)] = names.index(override.treated_as)
            taken = upto
        return found

    def _matches(
        self,
        whens: Any,
        segment: str,
        channels: list[str],
        channel: np.ndarray,
        customer: np.ndarray,
        value: np.ndarray | None,
    ) -> np.ndarray:
        found = np.zeros((len(channel), len(whens)), dtype=bool)
        own_class, by_customer = self.scenario.market.segments[segment].customer_class, self._classes_now.customer

        def among(condition: str, wanted: tuple[str, ...]) -> Any:
            match condition:
                case "segment":
                    return segment in wanted
                case "channel":
                    return np.array([name in wanted for name in channels])[channel]
                case "customer":
                    named = [self._customers.index(name) for name in wanted if name in self._customers]
                    return np.isin(customer, named)
                case "customer_class" if by_customer:
                    return np.isin(np.array(by_customer)[customer], wanted)
                case "customer_class":
                    return own_class in wanted
            return True  # a class of products: the rule is for some lines of any order

        for place, when in enumerate(whens):
            found[:, place] = when.met(among, value)
        return found

    def terms(self, site: "SiteWorld", segment: str, matching: tuple[int, ...], override: int, channel: str) -> Terms:
        """The terms of an order at a site, given the rules that match it and how sales treats it instead."""
        if override >= 0 and override == self._own(matching):
            override = -1  # it is treated as its own rule says anyway
        key = (site.index, segment, matching, override, channel if self.channels.differ else "")
        if key not in self._terms:
            self._terms[key] = self._look_up(site, *key[1:])
        return self._terms[key]

    def elsewhere(self, terms: Terms, site: "SiteWorld") -> Terms:
        """The terms of the same order at another site."""
        return self.terms(site, *terms.of_order)

    def _look_up(
        self, site: "SiteWorld", segment: str, matching: tuple[int, ...], override: int, channel: str
    ) -> Terms:
        rules = [self.rules[place] for place in ((override,) if override >= 0 else ()) + matching]
        whole = self._whole(matching, override)
        own = self.scenario.market.segments[segment]
        others, particular = self.channels.others(channel), self.channels.terms(segment, channel)
        collected = particular is not None and particular.collect is not None
        line = self._line(whole, own.priority, others)
        classes = self.classes if self.by_class else []
        of_class = {
            each: [rule for rule in rules if _is_for(rule, each, override >= 0 and rule is rules[0])]
            for each in classes
        }
        promise_by_class = {each: _first(mine, "promise") for each, mine in of_class.items()}
        promises = [*promise_by_class.values()] or [_first(whole, "promise")]
        stated = next((rule for rule in whole if rule.target is not None), None)
        return Terms(
            site=site,
            rule=override if override >= 0 else self._own(matching),
            overridden=override >= 0,
            target=-1 if stated is None else self._place[id(stated)],
            priority=line.priority,
            line=line,
            by_class={each: self._line(mine, own.priority, others) for each, mine in of_class.items()} or None,
            promise=_first(whole, "promise"),
            promise_by_class=promise_by_class or None,
            negotiated=any(each is not None and not each.standing for each in promises) or own.longest_wait is not None,
            express=None if collected else _first(whole, "express"),
            alternatives=_first(whole, "alternatives"),
            returns={each: _first(of_class.get(each, whole), "returns") for each in self.classes},
            rationed=self.rationing or self.holds,
            channel=particular,
            way=self.channels.way(site.name, segment, channel),
            dock=site.counter if collected else site.dock,
            of_order=(segment, matching, override, channel),
        )

    def _whole(self, matching: tuple[int, ...], override: int) -> list[ServiceRule]:
        """The rules for a whole order, the one by which sales treats it first."""
        instead = [self.rules[override]] if override >= 0 else []
        return instead + [self.rules[place] for place in matching if self.rules[place].when.sku_class is None]

    def stated(self, terms: Terms, commitment: str) -> Any:
        """What the first rule for an order that states a commitment says; None if none does. For mechanisms, whose
        commitments the terms do not hold."""
        _, matching, override, _ = terms.of_order
        key = matching, override, commitment
        if key not in self._stated:
            self._stated[key] = _first(self._whole(matching, override), commitment)
        return self._stated[key]

    def _own(self, matching: tuple[int, ...]) -> int:
        """The first of the rules that match an order that is for the whole of it; -1 if none is."""
        return next((place for place in matching if self.rules[place].when.sku_class is None), -1)

    def _line(self, rules: list[ServiceRule], priority: int, others: tuple[Protected, ...]) -> LineTerms:
        chain: Chain = _first(rules, "stockout") or self.service.stockout
        stated = _first(rules, "priority")
        return LineTerms(
            priority=priority if stated is None else stated,
            ship=ship_of(chain),
            waits=chain[0].waits,
            chain=None if chain[0].plain else chain,
            expedite_limit=_first(rules, "expedite_limit"),
            others=others,
        )


def _reviews(scenario: Scenario, by_class: bool, by_tier: bool) -> np.ndarray:
    """When classes of products or customers change that rules look at, in the order of time."""
    of_products, of_customers, end = (
        scenario.segmentation.products,
        scenario.segmentation.customers,
        2 * scenario.run.horizon,  # orders may be followed for as long again
    )
    looked_at = [rule for rule, named in ((of_products, by_class), (of_customers, by_tier)) if rule and named]
    every = [rule.review for rule in looked_at if rule.review is not None]
    return np.unique(np.concatenate([np.zeros(0), *(exact(np.arange(1, end / each + 1) * each) for each in every)]))


def _is_for(rule: ServiceRule, sku_class: str | None, overriding: bool) -> bool:
    return overriding or rule.when.sku_class is None or sku_class in rule.when.sku_class


def _first(rules: list[ServiceRule], commitment: str) -> Any:
    return next((stated for rule in rules if (stated := getattr(rule, commitment)) is not None), None)
