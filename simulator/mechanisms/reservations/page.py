"""How the story of an order tells what becomes of orders for a later date."""

from collections.abc import Mapping

from simulator.drawing.wording import of_line
from simulator.engine import facts
from simulator.engine.ledger import Ledger


def withdrawn(ledger: Ledger, fact: facts.Withdrawn, named: Mapping[int, str]) -> str:
    return "the customer cancels the order before it is released"


def released(ledger: Ledger, fact: facts.Released, named: Mapping[int, str]) -> str:
    return "released to the warehouse"


set_aside = of_line("{} set aside")
