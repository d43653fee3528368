"""Returns: goods are asked for leave to come back, come back, are inspected, and are restocked or disposed of."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, cast

import numpy as np

from simulator.engine.clock import Life, Process
from simulator.engine.orders import Order, Shipment
from simulator.engine.shelf import Shelf
from simulator.engine.site import SiteWorld
from simulator.lifecycle.backorders import serve_waiting
from simulator.lifecycle.world import World
from simulator.mechanisms.returns.draws import NOT, Fate
from simulator.mechanisms.returns.exchange import Buyer, Counter
from simulator.mechanisms.returns.facts import ACCEPTED, FOUND, HONEST, KEPT, MISSED, REFUSED
from simulator.planning.expected_demand import expected_demand
from simulator.planning.returned_lines import stated_terms
from simulator.rules.disposing import WAYS
from simulator.rules.views import GradedGoods, ReturnRequest
from simulator.scenario.network import Errors
from simulator.scenario.returns import (
    GRADES,
    LATE,
    OWN_FAULT,
    REASONS,
    WRONG_ITEM,
    Claims,
    Fraud,
    ReturnFlow,
    ReturnTerms,
)

if TYPE_CHECKING:
    from simulator.engine.terms import Terms

NAME = "returns"
RESTOCK, REFURBISH, LIQUIDATE, RECYCLE, TO_SUPPLIER, SCRAP = range(len(WAYS))
SAID: Mapping[str, int] = {"accept": ACCEPTED, "refuse": REFUSED, "keep": KEPT}
BECOMES: Mapping[str, int] = {way: place for place, way in enumerate(WAYS)}
BROKEN = GRADES.index("broken")
PICKING = len(Errors.model_fields)
"""The kind of an error of picking: beyond those of order entry."""
NO_FRAUD = Fraud(share=0.0)


class Nobody:
    """Whose goods belong to no order: at a desk they come after all that belong to one."""

    priority = 2**31


@dataclass
class Returning:
    """The returns of one run."""

    world: World
    counter: Counter
    """Where customers order again what they have sent back."""
    costs: list[float]
    """Cost of a unit of every product."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    demand: dict[str, list[float]] = field(default_factory=dict)
    """Mean units an hour of every product, by site, once somebody has asked."""
    coming: set[Shipment] = field(default_factory=set)
    """What is on its way back, or at the desk, of what was begun in the measured time."""
    late: set[int] = field(default_factory=set)
    """Shipments to be collected that were ready after the date first promised."""

    def cover(self, site: SiteWorld, shelf: Shelf) -> float:
        """Hours that the stock of a shelf lasts, after what is owed."""
        if site.name not in self.demand:
            expected = expected_demand(self.world.scenario, site.name).values()
            self.demand[site.name] = [each.lines * each.units for each in expected]
        rate = self.demand[site.name][shelf.sku]
        return (shelf.on_hand - shelf.backordered) / rate if rate else math.inf


@dataclass(slots=True)
class Case:
    """One return."""

    rma: int
    line: int
    """Line number; 0 where it belongs to nobody's order."""
    units: float
    reason: int
    """Index into REASONS; -1 where it belongs to nobody's order."""
    terms: ReturnTerms | None
    shelf: Shelf
    chance: float
    """Between 0 and 1: what becomes of it at a desk without grades."""
    luck: Mapping[str, float]
    order: Order | None = None
    buyer: Buyer = (0, 0)
    work: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    """Hours of inspection and of refurbishing, by site; where a site is not named its work always takes the same."""

    @property
    def fact(self) -> tuple[int, float, int]:
        """Line, units and number, as facts have them."""
        return self.line, self.units, self.rma


def start(world: World) -> Returning:
    """From now on, part of what is handed over comes back."""
    found = Returning(world, Counter(world), [product.cost for product in world.scenario.products.values()])
    world.hooks.handed_over.append(partial(start_returns, found))
    collected = any(channel.collect is not None for channel in world.scenario.market.channels.values())
    if collected and any(terms.late for terms in stated_terms(world.scenario)):
        world.hooks.delivered.append(partial(remember_late, found))
    for site in world.sites:
        if site.returns.independent is not None:
            clerk = Process(world.clock)
            clerk.start(independent_returns(found, site, site.returns.independent, clerk))
    return found


def busy(world: World) -> bool:
    """Whether anything of the measured time is still to come back, or to be dealt with."""
    found: Returning = world.mechanisms[NAME]
    return bool(found.coming)


def to_its_end(returning: Returning, goods: Shipment, life: Life) -> Life:
    """A life that the run waits for."""
    returning.coming.add(goods)
    yield from life
    returning.coming.discard(goods)


def remember_late(returning: Returning, order: Order, shipment: Shipment) -> None:
    """What a customer collects is late if it is ready late, not if he comes late."""
    if order.terms.collected and shipment.pieces is not None and returning.world.clock.now > order.due:
        returning.late.add(shipment.shipment)


def start_returns(returning: Returning, order: Order, shipment: Shipment) -> None:
    """The customer has the goods, of which some lines will come back: the process of each sleeps until then."""
    fates: dict[int, Fate] = order.block.drawn[NAME]
    for line, units in shipment.pieces or ():
        if line in fates:
            fate = fates[line]
            reason, lag = why(returning, order, shipment, line, fate)
            if reason != NOT:
                goods = Shipment(returning.world.clock)
                goods.number, goods.terms = order.number, order.terms
                life = come_back(returning, order, line, units, fate, reason, lag, goods)
                goods.start(to_its_end(returning, goods, life) if returning.world.measures(order.at) else life)


def why(returning: Returning, order: Order, shipment: Shipment, line: int, fate: Fate) -> tuple[int, float]:
    """For which reason a line that was handed over comes back, NOT if it does not, and after how many hours."""
    world = returning.world
    mispicked, fate.mispicked = fate.mispicked, False  # of the first shipment of a line
    if mispicked:
        world.record.mispicked((world.clock.now, order.number, order.block.line + line, PICKING))
        for tell in world.hooks.erred:
            tell(order, "item")
    if fate.reason != NOT:
        return fate.reason, fate.back.lag
    if fate.if_late:
        collected = order.terms.collected
        if shipment.shipment in returning.late if collected else world.clock.now > order.due:
            return LATE, fate.back.lag
    return (WRONG_ITEM, fate.wrong_lag) if mispicked else (NOT, 0.0)


def come_back(
    returning: Returning, order: Order, line: int, units: float, fate: Fate, reason: int, lag: float, goods: Shipment
) -> Life:
    """The life of goods that a customer sends back."""
    world, terms = returning.world, fate.terms
    clock, record = world.clock, world.record
    goods.until(clock.now + lag)
    yield
    part = fate.back.part if reason != WRONG_ITEM else 1.0
    shelf, buyer = order.shelf(line), fate.buyer
    units = min(units, shelf.step.up(units * part)) if part < 1 else units
    if units <= 0:
        return
    number = order.block.line + line
    rma = next(returning.numbers)
    case = Case(rma, number, units, reason, terms, shelf, fate.back.chance, fate.luck, order, buyer, fate.work)
    if terms.asks:
        record.return_requested((clock.now, *case.fact, reason))
        if fate.answer_time:
            goods.until(clock.now + fate.answer_time)
            yield
        answer = answer_to(order, line, case, lag)
        record.return_answered((clock.now, *case.fact, answer))
        if answer == KEPT or (answer == ACCEPTED and terms.refund == "authorisation"):
            refund(returning, case, line)
        if answer != ACCEPTED:
            return
    if terms.refund == "shipment":
        refund(returning, case, line)
    if fate.transport:
        goods.until(clock.now + fate.transport)
        yield
    record.returned((clock.now, number, shelf.number, units, rma, reason))
    for hear in world.hooks.sent_back:
        hear(number, units)
    if terms.refund == "receipt":
        refund(returning, case, line)
    yield from at_the_desk(returning, order.terms.site, case, line, goods)


def answer_to(order: Order, line: int, case: Case, age: float) -> int:
    """What the customer is told who asks to send something back, as an index into ANSWERS."""
    terms = case.terms
    assert terms is not None
    reason = REASONS[case.reason]
    asked = ReturnRequest(
        reason=reason,
        own_fault=reason in OWN_FAULT,
        in_window=terms.window is None or age <= terms.window,
        age=age,
        units=case.units,
        value=case.units * order.block.prices[line],
    )
    answer = _known(SAID, terms.acceptance.answer(asked), terms.acceptance.rule)
    refused = terms.authorisation.refused if terms.authorisation is not None else 0.0
    return REFUSED if case.luck.get("refused", 1.0) < refused else answer


def _known(said: Mapping[str, int], answer: str, rule: str) -> int:
    """What a rule says, as facts number it.

    Errors: ValueError if it says something else.
    """
    if answer not in said:
        raise ValueError(f"rule {rule!r}: one of {', '.join(said)} is expected; found {answer!r}")
    return said[answer]


def refund(returning: Returning, case: Case, line: int) -> None:
    """The customer has his money back, and may order the same again."""
    now, terms = returning.world.clock.now, case.terms
    returning.world.record.refunded((now, *case.fact))
    if terms is not None and case.order is not None and case.luck.get("exchange", 1.0) < terms.exchange:
        order = returning.counter.order_again(case.order, line, case.units, case.buyer)
        returning.world.record.exchanged((now, order, case.line, case.rma))


def at_the_desk(returning: Returning, site: SiteWorld, case: Case, line: int, goods: Shipment) -> Life:
    """What came back is inspected, and something becomes of it."""
    world = returning.world
    clock, record, terms, work = world.clock, world.record, case.terms, case.work.get(site.index)
    if site.inspection is not None:
        goods.work = [work[0] if work is not None else site.inspection_time()]
        if site.inspection.serve(goods):
            yield
    grade, fraud = found_out(case)
    if terms is not None and (terms.grades is not None or terms.fraud is not None):
        record.inspected((clock.now, *case.fact, grade, fraud))
        if terms.refund == "inspection" and fraud != FOUND:
            refund(returning, case, line)
    elif terms is not None and terms.refund == "inspection":
        refund(returning, case, line)
    way = SCRAP if fraud != HONEST else becomes(returning, site, case, grade)
    worked_on = float(way == REFURBISH)
    if worked_on and site.refurbish_time is not None:
        hours = work[1] if work is not None else site.refurbish_time()
        if site.refurbishing is None:
            goods.until(clock.now + hours)
            yield
        else:
            goods.work = [hours]
            if site.refurbishing.serve(goods):
                yield
        if case.luck.get("mended", 0.0) >= site.returns.mended:
            way = SCRAP
    if way in (RESTOCK, REFURBISH):
        case.shelf.put(case.units)
        record.restocked((clock.now, case.line, case.shelf.number, case.units, case.rma, worked_on))
        serve_waiting(world, case.shelf)
        return
    record.disposed((clock.now, case.line, case.shelf.number, case.units, case.rma, way, worked_on))
    if way == TO_SUPPLIER:
        yield from claim(world, case, goods)


def found_out(case: Case) -> tuple[int, int]:
    """What inspection makes of goods: their grade, -1 where there are none, and whether they are honest."""
    terms, fraud = case.terms, HONEST
    if terms is None:
        return -1, HONEST
    told = terms.fraud or NO_FRAUD
    if case.luck.get("fraud", 1.0) < told.share:
        fraud = FOUND if case.luck.get("found", 1.0) < told.found else MISSED
    if terms.grades is None:
        return -1, fraud
    mix = (terms.grades.get(REASONS[case.reason]) or terms.grades["default"]).mix
    return (BROKEN if fraud != HONEST else pick(mix, case.luck["grade"])), fraud


def pick(shares: tuple[float, ...], chance: float) -> int:
    """Which of several shares, that add to 1, a number between 0 and 1 falls into.

    >>> pick((0.5, 0.3, 0.0, 0.2), 0.6), pick((0.5, 0.3, 0.0, 0.2), 0.8)
    (1, 3)
    """
    upto = 0.0
    for place, share in enumerate(shares):
        upto += share
        if share and chance < upto:
            return place
    return max(place for place, share in enumerate(shares) if share)


def becomes(returning: Returning, site: SiteWorld, case: Case, grade: int) -> int:
    """What becomes of honest goods, as an index into WAYS: by their grade, or by the shares of the desk."""
    rule = case.terms.disposing if case.terms is not None else None
    if rule is None:
        return pick(site.returns.shares, case.chance)
    goods = GradedGoods(
        grade=GRADES[grade],
        reason=REASONS[case.reason],
        units=case.units,
        cover=returning.cover(site, case.shelf),
        worth=worth(returning, site, case, grade),
    )
    return _known(BECOMES, rule.way(goods), rule.rule)


def worth(returning: Returning, site: SiteWorld, case: Case, grade: int) -> dict[str, float]:
    """The value that each way recovers of a unit, less what it costs."""
    costs, cost, name = returning.world.scenario.costs, returning.costs[case.shelf.sku], GRADES[grade]
    found = {"recycle": costs.recovery.recycle * cost, "scrap": (1 - costs.write_off) * cost}
    if name != "broken":
        mended = site.returns.mended
        found["refurbish"] = mended * cost + (1 - mended) * found["scrap"] - costs.refurbished_unit
        found["liquidate"] = costs.recovery.liquidate * cost
    if name == "as_new":
        found["restock"] = cost
    supplier = _supplier(returning.world, case)
    if supplier is not None and REASONS[case.reason] == "defective":
        found["supplier"] = supplier.accepted * supplier.credit * cost
    return found


def _supplier(world: World, case: Case) -> Claims | None:
    """What the supplier of the goods says to claims; None where it takes none."""
    supply = case.shelf.supply
    return world.scenario.network.suppliers[supply.supplier].claims if supply is not None else None


def claim(world: World, case: Case, goods: Shipment) -> Life:
    """The supplier answers the claim for what was sent back to it."""
    claims = _supplier(world, case)
    if claims is None:
        return
    if claims.time:
        goods.until(world.clock.now + claims.time)
        yield
    accepted = case.luck.get("claim", 0.0) < claims.accepted
    world.record.claim_settled((world.clock.now, *case.fact, claims.credit if accepted else 0.0))


def independent_returns(returning: Returning, site: SiteWorld, flow: ReturnFlow, clerk: Process) -> Life:
    """Goods that belong to nobody's order come back to a site, one after the other."""
    world, products = returning.world, returning.world.scenario.products
    weights = flow.items or {sku: product.popularity for sku, product in products.items()}
    skus = [list(products).index(name) for name in weights]
    levels = np.cumsum(list(weights.values())) / sum(weights.values())

    def draws(purpose: str, sample: Callable[[np.random.Generator, int], np.ndarray]) -> Callable[[], float]:
        return world.streams.draws(f"independent returns to {site.name}: {purpose}", sample)

    gap = draws("gaps", lambda rng, size: rng.exponential(1 / flow.rate, size))
    luck = {
        name: draws(name, lambda rng, size: rng.random(size)) for name in ("item", "what becomes", "mended", "claim")
    }
    units = draws("units", flow.units.sample)
    while True:
        clerk.until(world.clock.now + gap())
        yield
        place = min(int(np.searchsorted(levels, luck["item"](), side="right")), len(skus) - 1)
        chance, later = luck["what becomes"](), {name: luck[name]() for name in ("mended", "claim")}
        shelf = site.shelves[skus[place]]
        many = shelf.step.exact(units())
        if many > 0:
            goods = Shipment(world.clock)
            goods.number, goods.terms = 0, cast("Terms", Nobody())
            case = Case(next(returning.numbers), 0, many, -1, None, shelf, chance, later)
            world.record.returned((world.clock.now, 0, shelf.number, many, case.rma, case.reason))
            life = at_the_desk(returning, site, case, 0, goods)
            goods.start(to_its_end(returning, goods, life) if world.measures(world.clock.now) else life)
