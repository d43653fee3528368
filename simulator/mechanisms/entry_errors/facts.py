"""What is entered wrongly, and what comes of it."""

from typing import NamedTuple

from simulator.engine.facts import Allocated, error_met, told_before
from simulator.scenario.network import Errors

ERROR_KINDS = tuple(Errors.model_fields)
"""What can go wrong when an order is entered: with a line the first two, with the order the others."""
COMPLAINT_REASONS: tuple[str, ...] = ERROR_KINDS
"""What customers complain of."""


@told_before(Allocated)
class Erred(NamedTuple):
    """Something was entered wrongly; it did harm only if verification missed it and the goods reached the customer."""

    order: int
    line: int
    """Line number; 0 where the error is the whole order's."""
    kind: int
    """Index into the kinds of error."""
    caught: float
    """1 if verification catches it."""


@error_met
class Surfaced(NamedTuple):
    """An error that verification had missed came to light at the customer."""

    at: float
    order: int
    line: int
    """Line number; 0 where the error is the whole order's."""
    kind: int
    """Index into the kinds of error."""


class ShortPaid(NamedTuple):
    """A customer who was charged a wrong price paid less."""

    at: float
    order: int
    share: float
    """Share of the order's value that was not paid."""


class Complained(NamedTuple):
    """A customer complained of an order."""

    at: float
    order: int
    reason: int
    """Index into the reasons of complaints."""
