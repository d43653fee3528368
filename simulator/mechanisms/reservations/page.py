"""How the story of an order tells what becomes of orders for a later date."""

from collections.abc import Mapping

from simulator.drawing.wording import of_line
from simulator.engine.ledger import Ledger
from simulator.mechanisms.reservations.facts import Released, Withdrawn


def withdrawn(ledger: Ledger, fact: Withdrawn, named: Mapping[int, str]) -> str:
    return "the customer cancels the order before it is released"


def released(ledger: Ledger, fact: Released, named: Mapping[int, str]) -> str:
    return "released to the warehouse"


set_aside = of_line("{} set aside")
