"""Service-level agreements in the run: what orders under them report, the look before a period ends, and settlement.

What is delivered after an order's period was settled changes nothing in it: the order has failed. Penalties by the
time that it is late go on, and are charged to the periods in which that time passes (in the KPIs).
"""

import math
from collections.abc import Callable
from functools import partial

from simulator.engine.clock import SETTLEMENT, Life, Process
from simulator.engine.gathering import Batch, Impatient
from simulator.engine.orders import Order, Shipment
from simulator.engine.stations import ByPriority
from simulator.lifecycle.backorders import serve_waiting
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.world import World
from simulator.mechanisms.contracts.judging import Contracts, CoveredOrder, Due, Gone, Judged, RunningContract, covering
from simulator.units import exact

NAME = "contracts"


def draw(segment: CustomerSegment) -> Callable[[NewOrders], dict[int, list[int]]]:
    """The contracts that cover each new order, by order number."""

    def covers(new: NewOrders) -> dict[int, list[int]]:
        found = covering(
            segment.scenario, segment.name, segment.channel_names, segment.ledger.customers, new.bulk, new.number
        )
        if found is None:
            return {}
        new.alive = True
        new.followed.update(number - new.number for number in found)
        return found

    return covers


def start(world: World) -> Contracts:
    """Listen to what becomes of covered orders, and start the clerks who watch and settle."""
    contracts, hooks = Contracts(world.scenario), world.hooks
    hooks.entered.append(partial(order_entered, world, contracts))
    hooks.allocated.append(partial(stock_asked, world, contracts))
    hooks.promised.append(partial(promised_again, world, contracts))
    hooks.replaced.append(partial(units_replaced, contracts))
    hooks.gone.append(partial(units_gone, world, contracts))
    hooks.handed_over.append(partial(shipment_delivered, world, contracts))
    hooks.ended.append(partial(order_ended, world, contracts))
    for contract in contracts.running:
        clerk = Process(world.clock)
        clerk.start(periods(world, contracts, contract, clerk))
    return contracts


def finish(world: World) -> None:
    """At the end of the run, settle the periods that end with it."""
    contracts: Contracts = world.mechanisms[NAME]
    for contract in contracts.running:
        if contract.end <= world.scenario.run.horizon:
            settle(world, contracts, contract)


def order_entered(world: World, contracts: Contracts, order: Order) -> None:
    """An order was placed, and promised what it is promised: the contracts that cover it take it on."""
    mine = order.block.drawn[NAME].get(order.number)
    if mine is None:
        return
    covered = contracts.orders[order.number] = CoveredOrder(order, world.clock.now, mine)
    for contract in map(contracts.running.__getitem__, mine):
        due = _due(contract, order)
        if due == due:
            one = contract.take_on(covered, due)
            if contract.at_risk and one.deadline < contract.end:
                push(world, contracts, contract, [one])


def _due(contract: RunningContract, order: Order) -> float:
    """When an order is due under a contract; nan if it is not, or not yet."""
    clock = contract.contract.due_clock
    if clock == "request":
        return order.block.requested[order.index] if order.block.requested else math.nan
    if clock == "entry":
        return exact(order.at + (contract.contract.within or 0.0))
    return math.nan if clock == "asked" else order.due


def stock_asked(world: World, contracts: Contracts, order: Order) -> None:
    """Every line of the order has asked for stock; what it got is in `order.pieces`."""
    covered = contracts.orders.get(order.number)
    if covered is not None:
        covered.at_once = list(order.pieces or ())
        for contract in map(contracts.running.__getitem__, covered.contracts):
            if contract.contract.due_clock == "asked":
                contract.take_on(covered, world.clock.now)


def promised_again(world: World, contracts: Contracts, order: Order) -> None:
    """The customer was told a date; one told before the order was taken on is its first."""
    covered = contracts.orders.get(order.number)
    if covered is not None:
        for contract in map(contracts.running.__getitem__, covered.contracts):
            if contract.contract.due_clock == "latest_commit":
                contract.revise(covered, order.latest, world.clock.now)


def units_replaced(contracts: Contracts, order: Order, line: int, units: float) -> None:
    """The customer gets another product for units of a line, with the order's own shipment."""
    covered = contracts.orders.get(order.number)
    if covered is not None:
        covered.replaced.append((line, units))


def units_gone(world: World, contracts: Contracts, order: Order, line: int, units: float, cancelled: bool) -> None:
    """Units of a line were lost, or cancelled by the customer."""
    covered = contracts.orders.get(order.number)
    if covered is not None:
        covered.gone.append(Gone(world.clock.now, line, units, cancelled))


def shipment_delivered(world: World, contracts: Contracts, order: Order, shipment: Shipment) -> None:
    """A shipment of the order reached the customer."""
    covered = contracts.orders.get(order.number)
    if covered is not None:
        pieces = list(shipment.pieces or ())
        covered.delivered.append(
            (world.clock.now, pieces + covered.replaced if shipment.shipment == order.shipment else pieces)
        )


def order_ended(world: World, contracts: Contracts, order: Order, cancelled: bool) -> None:
    """The order ended before it asked for stock: turned away by the company, or cancelled by the customer."""
    for line in order.lines:
        units_gone(world, contracts, order, line, order.block.units[line], cancelled)


def periods(world: World, contracts: Contracts, contract: RunningContract, clerk: Process) -> Life:
    """Period after period: look whether the contract is at risk, then settle; last of all at its instant."""
    horizon = world.scenario.run.horizon
    for end in contract.ends:
        alert = contract.contract.alert
        look = exact(end - alert.before) if alert is not None else end
        while alert is not None and look < end:
            if look > contract.begun:
                clerk.until(look, SETTLEMENT)
                yield
                watch(world, contracts, contract)
            look = exact(look + alert.every) if alert.every is not None else end
        if end >= horizon:
            return
        clerk.until(end, SETTLEMENT)
        yield
        settle(world, contracts, contract)


def _count(contract: RunningContract, ones: list[Due]) -> tuple[float, float, int, int]:
    """What fell due, what of it was met, and how many failing orders were forgiven and orders excluded."""
    due = met = 0.0
    forgiven = excluded = 0
    for one in ones:
        if contract.excludes(one):
            excluded += 1
            continue
        judged = contract.judge(one)
        if judged.failed and forgiven < contract.contract.grace:
            forgiven += 1
            judged = Judged(judged.due, judged.due, False)
        due += judged.due
        met += judged.met
    return due, met, forgiven, excluded


def watch(world: World, contracts: Contracts, contract: RunningContract) -> None:
    """Look at what has fallen due so far; below the level of the alert, push what is still to come."""
    now, alert = world.clock.now, contract.contract.alert
    assert alert is not None
    due, met, *_ = _count(contract, contract.due_by(now))
    level = alert.below if alert.below is not None else contract.contract.target
    if contract.at_risk or not due or met / due >= level:
        return
    contract.at_risk = True
    world.record.alerted((now, contract.number, due, met))
    push(world, contracts, contract, [one for one in contract.due_by(contract.end) if one.deadline > now])


def push(world: World, contracts: Contracts, contract: RunningContract, ones: list[Due]) -> None:
    """Make orders the most urgent of all, wherever they are."""
    orders = {}
    for one in ones:
        order = one.covered.order
        if order.terms is one.covered.terms and not _is_over(one):
            orders[order.number] = order
            order.terms = contracts.pushed(order.terms)
            world.record.pushed((world.clock.now, order.number, contract.number))
    for site in {id(order.terms.site): order.terms.site for order in orders.values()}.values():
        for stage in site.staffed:
            for job in stage.queue:
                _hurry(job, orders)
            if isinstance(stage.queue, (ByPriority, Impatient)):
                stage.queue.sort_again()
    for order in orders.values():
        _come_first(world, order)


def _hurry(job: Shipment, orders: dict[int, Order]) -> None:
    """A job that waits at a stage becomes as urgent as its order; a batch as the most urgent of its orders."""
    if isinstance(job, Batch):
        for member in job.members:
            _hurry(member, orders)
        job.terms = min(job.members, key=lambda member: member.terms.priority).terms
    elif job.number in orders:
        job.terms = orders[job.number].terms


def _come_first(world: World, order: Order) -> None:
    """Lines of a pushed order that wait for stock go to the head of their queues."""
    if not order.short:
        return
    for line in range(order.first, order.last):
        shelf = order.shelf(line)
        mine = [waiting for waiting in shelf.waiting if waiting.order is order and waiting.line == line]
        for waiting in mine:
            waiting.rank, waiting.terms = -math.inf, order.terms.of(world.policy.sku_class[shelf.sku])
        if mine:
            shelf.sort_again()
            serve_waiting(world, shelf)


def _is_over(one: Due) -> bool:
    """Whether everything was delivered, lost or cancelled."""
    covered = one.covered
    left = zip(covered.wanted(), covered.arrived(0.0, float("inf")), covered.lost_by(float("inf")), strict=True)
    return all(wanted <= came + gone + 1e-9 for wanted, came, gone in left)


def settle(world: World, contracts: Contracts, contract: RunningContract) -> None:
    """Count what fell due in the period that ends, and forget it; orders still open have failed."""
    end = contract.end
    ones = contract.due_by(end)
    due, met, forgiven, excluded = _count(contract, ones)
    world.record.settled((end, contract.number, contract.begun, due, met, forgiven, excluded))
    contract.pending = [one for one in contract.pending if one.deadline >= end]
    contract.begun, contract.at_risk = end, False
    for one in ones:
        covered = one.covered
        covered.unsettled -= 1
        if not covered.unsettled:
            covered.order.terms = covered.terms
            del contracts.orders[covered.order.number]
