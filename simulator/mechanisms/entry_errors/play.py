"""How orders are entered: which errors are made, which of them verification catches, and what the rest will do."""

from simulator.engine.clock import Life
from simulator.engine.orders import Mistake, Order, Shipment
from simulator.engine.world import World
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS

ADDRESS, PRICE = ERROR_KINDS.index("address"), ERROR_KINDS.index("price")


def goes_astray(world: World, order: Order, shipment: Shipment) -> bool:
    """Whether a shipment comes to a wrong address; then it is delivered later, and those after it come right."""
    mistakes = order.block.mistakes.get(order.first, ())
    for mistake in mistakes:
        if mistake.kind == ADDRESS:
            meet(world, order, mistake)
            again = Shipment(world.clock)
            again.number, again.terms = shipment.number, shipment.terms
            again.shipment, again.pieces = shipment.shipment, shipment.pieces
            again.start(second_delivery(world, order, again, mistake.delay))
            return True
    return False


def second_delivery(world: World, order: Order, shipment: Shipment, delay: float) -> Life:
    """The goods are taken to the right address."""
    from simulator.lifecycle.fulfilment import deliver

    shipment.until(world.clock._now + delay)
    yield
    deliver(world, order, shipment)


def surface(world: World, order: Order, shipment: Shipment) -> None:
    """What is wrong with a delivery: with the lines on board, and with the order at its first delivery."""
    on_board = {line for line, _ in shipment.pieces or ()}
    for mistake in tuple(order.block.mistakes.get(order.first, ())):
        if mistake.line < 0 or mistake.line in on_board:
            meet(world, order, mistake)


def meet(world: World, order: Order, mistake: Mistake) -> None:
    """The customer meets with a mistake, once, and may complain; a wrong price is paid short."""
    now, record = world.clock._now, world.record
    order.block.mistakes[order.first].remove(mistake)
    line = order.block.line + mistake.line if mistake.line >= 0 else 0
    record.surfaced((now, order.number, line, mistake.kind))
    if mistake.kind == PRICE:
        record.short_paid((now, order.number, world.scenario.service.mistakes.short_payment))
    if mistake.complains:
        record.complained((now, order.number, mistake.kind))
