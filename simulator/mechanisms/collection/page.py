"""How the story of an order tells what becomes of goods that wait for their customer."""

from collections.abc import Mapping

from simulator.drawing.wording import of_line
from simulator.engine.ledger import Ledger
from simulator.mechanisms.collection.facts import Collected


def collected(ledger: Ledger, fact: Collected, named: Mapping[int, str]) -> str:
    return f"shipment {fact.shipment} collected by the customer"


not_collected = of_line("{} not collected: back to stock")
