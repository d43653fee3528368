"""Work on orders: stages, errors of entry and where they surface, holds, orders that leave."""

from typing import NamedTuple


class Served(NamedTuple):
    """A stage worked on an order; a stage that has not begun or ended it by the end of the run says nan."""

    stage: int
    """Index into the ledger's stages."""
    order: int
    queued: float
    started: float
    ended: float


class Batched(NamedTuple):
    """A stage worked on an order together with others; written beside its Served."""

    stage: int
    order: int
    batch: int
    """Number of the batch, counted from 1 at each stage."""


class Held(NamedTuple):
    """An order waited for its credit to be cleared."""

    at: float
    order: int
    until: float


class Abandoned(NamedTuple):
    """An order ended at the desk: it came to a full stage, or waited longer than its patience."""

    at: float
    order: int
    stage: int
    """Index into the ledger's stages."""
    queued: float
    """When it came to the stage."""
    full: float
    """1 if the stage was full; else its patience ended."""


class Erred(NamedTuple):
    """Something was entered wrongly; it did harm only if verification missed it and the goods reached the customer."""

    order: int
    line: int
    """Line number; 0 where the error is the whole order's."""
    kind: int
    """Index into the kinds of error."""
    caught: float
    """1 if verification catches it."""


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
