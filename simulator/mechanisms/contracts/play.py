"""What orders under service-level agreements report to them.

The other flows call these functions, for orders of a block with `pledges` only: nobody else pays for them.
"""

import math
from collections import deque

from simulator.engine.clock import SETTLEMENT, Life, Process
from simulator.engine.gathering import Batch, Impatient
from simulator.engine.orders import Order, Shipment
from simulator.engine.shelf import RANK
from simulator.engine.stations import ByPriority
from simulator.engine.world import World
from simulator.mechanisms.contracts.judging import Agreement, CoveredOrder, Due, Gone, Judged
from simulator.scenario.contracts import MOMENT


def order_entered(world: World, order: Order) -> None:
    """An order of a block with pledges was placed, and promised what it is promised: its agreements take it on."""
    pledges = (order.block.pledges or {}).get(order.number)
    if pledges is None:
        return
    covered = CoveredOrder(order, world.clock._now)
    world.contracts.orders[order.number] = covered
    for agreement in map(world.contracts.agreements.__getitem__, pledges):
        due = _due(agreement, order)
        if due == due:
            one = agreement.take_on(covered, due)
            if agreement.at_risk and one.deadline + MOMENT < agreement.end:
                push(world, agreement, [one])


def _due(agreement: Agreement, order: Order) -> float:
    """When an order is due under an agreement; nan if it is not, or not yet."""
    clock = agreement.contract.due_clock
    if clock == "request":
        return order.block.requested[order.index]
    if clock == "entry":
        return order.at + (agreement.contract.within or 0.0)
    return math.nan if clock == "asked" else order.due


def stock_asked(world: World, order: Order) -> None:
    """Every line of the order has asked for stock; what it got is in `order.pieces`."""
    covered = world.contracts.orders.get(order.number)
    if covered is not None:
        covered.at_once = list(order.pieces or ())
        for agreement in map(world.contracts.agreements.__getitem__, (order.block.pledges or {})[order.number]):
            if agreement.contract.due_clock == "asked":
                agreement.take_on(covered, world.clock._now)


def promised_again(world: World, order: Order) -> None:
    """The customer was told a new date."""
    covered = world.contracts.orders.get(order.number)
    if covered is not None:
        for agreement in map(world.contracts.agreements.__getitem__, (order.block.pledges or {})[order.number]):
            if agreement.contract.due_clock == "latest_commit":
                agreement.revise(covered, order.latest, world.clock._now)


def units_replaced(world: World, order: Order, line: int, units: float) -> None:
    """The customer gets another product for units of a line, with the order's own shipment."""
    covered = world.contracts.orders.get(order.number)
    if covered is not None:
        covered.replaced.append((line, units))


def units_gone(world: World, order: Order, line: int, units: float, cancelled: bool) -> None:
    """Units of a line were lost, or cancelled by the customer."""
    covered = world.contracts.orders.get(order.number)
    if covered is not None:
        covered.gone.append(Gone(world.clock._now, line, units, cancelled))


def shipment_delivered(world: World, order: Order, shipment: Shipment) -> None:
    """A shipment of the order reached the customer."""
    covered = world.contracts.orders.get(order.number)
    if covered is not None:
        pieces = list(shipment.pieces or ())
        covered.delivered.append(
            (world.clock._now, pieces + covered.replaced if shipment.shipment == order.shipment else pieces)
        )


def order_ended(world: World, order: Order, cancelled: bool) -> None:
    """The order ended before it asked for stock: turned away by the company, or cancelled by the customer."""
    for line in order.lines:
        units_gone(world, order, line, order.block.units[line], cancelled)


def keep_agreements(world: World) -> None:
    """Start the clerks who watch and settle the agreements."""
    for agreement in world.contracts.agreements:
        clerk = Process(world.clock)
        clerk.start(periods(world, agreement, clerk))


def close_agreements(world: World) -> None:
    """At the end of the run, settle the periods that end with it."""
    for agreement in world.contracts.agreements:
        if agreement.end <= world.scenario.run.horizon:
            settle(world, agreement)


def periods(world: World, agreement: Agreement, clerk: Process) -> Life:
    """Period after period: look whether the agreement is at risk, then settle; last of all at its instant."""
    horizon = world.scenario.run.horizon
    for end in agreement.ends:
        alert = agreement.contract.alert
        look = end - alert.before if alert is not None else end
        while alert is not None and look < end:
            if look > agreement.begun:
                clerk.until(look, SETTLEMENT)
                yield
                watch(world, agreement)
            look = look + alert.every if alert.every is not None else end
        if end >= horizon:
            return
        clerk.until(end, SETTLEMENT)
        yield
        settle(world, agreement)


def _count(agreement: Agreement, ones: list[Due]) -> tuple[float, float, int, int]:
    """What fell due, what of it was met, and how many failing orders were forgiven and orders excluded."""
    due = met = 0.0
    forgiven = excluded = 0
    for one in ones:
        if agreement.excludes(one):
            excluded += 1
            continue
        judged = agreement.judge(one)
        if judged.failed and forgiven < agreement.contract.grace:
            forgiven += 1
            judged = Judged(judged.due, judged.due, False)
        due += judged.due
        met += judged.met
    return due, met, forgiven, excluded


def watch(world: World, agreement: Agreement) -> None:
    """Look at what has fallen due so far; below the level of the alert, push what is still to come."""
    now, contract = world.clock._now, agreement.contract
    assert contract.alert is not None
    due, met, *_ = _count(agreement, agreement.due_by(now))
    level = contract.alert.below if contract.alert.below is not None else contract.target
    if agreement.at_risk or not due or met / due >= level:
        return
    agreement.at_risk = True
    world.record.alerted((now, agreement.number, due, met))
    push(world, agreement, [one for one in agreement.due_by(agreement.end) if one.deadline > now])


def push(world: World, agreement: Agreement, ones: list[Due]) -> None:
    """Make orders the most urgent of all, wherever they are."""
    orders = {}
    for one in ones:
        order = one.covered.order
        if order.terms is one.covered.terms and not _is_over(one):
            orders[order.number] = order
            order.terms = world.contracts.pushed(order.terms)
            world.record.pushed((world.clock._now, order.number, agreement.number))
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
    from simulator.lifecycle.backorders import serve_waiting

    if not order.short:
        return
    for line in range(order.first, order.last):
        shelf = order.shelf(line)
        mine = [waiting for waiting in shelf.waiting if waiting.order is order and waiting.line == line]
        for waiting in mine:
            waiting.rank, waiting.terms = -math.inf, order.terms.of(world.policy.sku_class[shelf.sku])
        if mine:
            shelf.waiting = deque(sorted(shelf.waiting, key=RANK))
            serve_waiting(world, shelf)


def _is_over(one: Due) -> bool:
    """Whether everything was delivered, lost or cancelled."""
    covered = one.covered
    left = zip(covered.wanted(), covered.arrived(0.0, float("inf")), covered.lost_by(float("inf")), strict=True)
    return all(wanted <= came + gone + 1e-9 for wanted, came, gone in left)


def settle(world: World, agreement: Agreement) -> None:
    """Count what fell due in the period that ends, and forget it; orders still open have failed."""
    end = agreement.end
    ones = agreement.due_by(end)
    due, met, forgiven, excluded = _count(agreement, ones)
    world.record.settled((end, agreement.number, agreement.begun, due, met, forgiven, excluded))
    agreement.pending = [one for one in agreement.pending if one.deadline + MOMENT >= end]
    agreement.begun, agreement.at_risk = end, False
    for one in ones:
        covered = one.covered
        covered.unsettled -= 1
        if not covered.unsettled:
            covered.order.terms = covered.terms
            del world.contracts.orders[covered.order.number]
