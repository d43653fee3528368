"""How the story of an order tells what is entered wrongly and what comes of it."""

from collections.abc import Mapping

from simulator.engine.ledger import Ledger
from simulator.mechanisms.entry_errors.facts import (
    COMPLAINT_REASONS,
    ERROR_KINDS,
    Complained,
    Erred,
    ShortPaid,
    Surfaced,
)


def erred(ledger: Ledger, fact: Erred, named: Mapping[int, str]) -> str:
    return f"{_error(fact, named)} entered wrongly" + (", verification catches it" if fact.caught else "")


def surfaced(ledger: Ledger, fact: Surfaced, named: Mapping[int, str]) -> str:
    return f"the customer meets with a wrong {_error(fact, named)}"


def short_paid(ledger: Ledger, fact: ShortPaid, named: Mapping[int, str]) -> str:
    return f"{fact.share:.0%} of the order's value is not paid"


def complained(ledger: Ledger, fact: Complained, named: Mapping[int, str]) -> str:
    return f"the customer complains: {COMPLAINT_REASONS[fact.reason]}"


def _error(fact: Erred | Surfaced, named: Mapping[int, str]) -> str:
    kind = ERROR_KINDS[fact.kind]
    return f"{kind} of {named[fact.line]}" if fact.line else kind
