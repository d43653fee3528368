"""What a kind of fact says of itself, once, where it is defined: what it does to stock and to what is owed."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

Kind = type[NamedTuple]
K = TypeVar("K", bound=Kind)


class Movement(NamedTuple):
    """What a kind of fact does to stock, on hand or on order."""

    sign: int
    """1 where its units come, -1 where they go."""
    shelf: str
    """The field that names the shelf; empty where it is the shelf of the line."""
    rank: int
    """Place among the movements of one instant, and the order in which they are added up."""


ON_HAND: dict[Kind, Movement] = {}
"""The kinds that change stock on hand."""
ON_ORDER: dict[Kind, Movement] = {}
"""The kinds that change what is on order."""
ENDS: dict[Kind, bool] = {}
"""The kinds after which nothing of their order is owed any more; whether its promise is void as well."""
COMES_FIRST: set[Kind] = set()
"""The kinds that put their order, or their line, before all others at the shelf."""
RECLASSIFIES: dict[Kind, str] = {}
"""The kinds that put somebody or something into another class, by the field that names whom: `customer` or `sku`."""
ERRORS_MET: set[Kind] = set()
"""The kinds by which a customer meets with an error of order entry."""
LEAVES_SITE: set[Kind] = set()
"""The kinds by which goods that a customer collects leave the site: until then they are kept there."""
_TOLD_BEFORE: dict[Kind, Kind] = {}


def on_hand(sign: int, shelf: str | None = None, rank: int | None = None) -> Callable[[K], K]:
    """Say that the units of a kind of fact change stock on hand; what comes is there before what goes."""
    return _moves(ON_HAND, sign, shelf, -sign if rank is None else rank)


def on_order(sign: int, shelf: str | None = None, rank: int | None = None) -> Callable[[K], K]:
    """Say that the units of a kind of fact change what is on order."""
    return _moves(ON_ORDER, sign, shelf, -sign if rank is None else rank)


def _moves(known: dict[Kind, Movement], sign: int, shelf: str | None, rank: int) -> Callable[[K], K]:
    def declare(kind: K) -> K:
        named = "shelf" if "shelf" in kind._fields else ""
        known[kind] = Movement(sign, named if shelf is None else shelf, rank)
        return kind

    return declare


def ends_order(*, voids_promise: bool = False) -> Callable[[K], K]:
    """Say that after a kind of fact nothing of its order is owed any more; its promise may be void as well."""

    def declare(kind: K) -> K:
        ENDS[kind] = voids_promise
        return kind

    return declare


def comes_first(kind: K) -> K:
    """Say that a kind of fact puts its order, or its line, before all others at the shelf."""
    COMES_FIRST.add(kind)
    return kind


def reclassifies(whom: str) -> Callable[[K], K]:
    """Say that a kind of fact puts the customer or the SKU that a field names into the class that it `became`."""

    def declare(kind: K) -> K:
        RECLASSIFIES[kind] = whom
        return kind

    return declare


def error_met(kind: K) -> K:
    """Say that by a kind of fact a customer meets with an error; its `kind` is the place among the kinds of error."""
    ERRORS_MET.add(kind)
    return kind


def leaves_site(kind: K) -> K:
    """Say that by a kind of fact a shipment that is collected leaves the site."""
    LEAVES_SITE.add(kind)
    return kind


def told_before(other: Kind) -> Callable[[K], K]:
    """Say that of facts of one instant a kind is told before another; else what mechanisms add is told last."""

    def declare(kind: K) -> K:
        _TOLD_BEFORE[kind] = other
        return kind

    return declare


def in_order(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """Kinds of fact in the order in which those of one instant are told."""
    found = list(kinds)
    for kind in [kind for kind in found if kind in _TOLD_BEFORE]:
        found.remove(kind)
        found.insert(found.index(_TOLD_BEFORE[kind]), kind)
    return tuple(found)
