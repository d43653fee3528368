"""The clerks of service-level agreements: the look before a period ends, the push, and the settlement.

What is delivered after an order's period was settled changes nothing in it: the order has failed. Penalties by the
time that it is late go on, and are charged to the periods in which that time passes (in the KPIs).
"""

import math
from collections import deque

from simulator.scenario.contracts import MOMENT
from simulator.world.capacity import ByPriority
from simulator.world.clock import SETTLEMENT, Life, Process
from simulator.world.contracts import Agreement, Due, Judged
from simulator.world.gathering import Batch
from simulator.world.impatience import Impatient
from simulator.world.orders import Order, Shipment
from simulator.world.stock import RANK
from simulator.world.world import World


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
    from simulator.flows.backorders import serve_waiting

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
