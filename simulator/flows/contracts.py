"""What orders under service-level agreements report to them.

The other flows call these functions, for orders of a block with `pledges` only: nobody else pays for them.
"""

import math

from simulator.flows.settlement import push
from simulator.scenario.contracts import MOMENT
from simulator.world.contracts import Agreement
from simulator.world.covered import CoveredOrder, Gone
from simulator.world.orders import Order, Shipment
from simulator.world.world import World


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
