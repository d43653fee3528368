"""Orders, drawn ahead in blocks: what each customer wants and how each will behave, whatever happens to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.world.clock import Process

if TYPE_CHECKING:
    from simulator.world.sites import SiteWorld
    from simulator.world.stock import Shelf


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy and the segment say of an order, looked up once."""

    site: "SiteWorld"
    priority: int
    ship: str
    """What may leave before the rest: units, lines, or the order only as a whole."""
    waits: bool
    """Whether a short line waits for stock, or is lost at once."""


@dataclass(slots=True)
class Block:
    """Several hundred orders of a segment and their lines, as lists."""

    times: list[float]
    number: int
    """Number of the first order."""
    line: int
    """Number of the first line."""
    starts: list[int]
    """First line of each order within the block, and the end of the last."""
    shelves: "list[Shelf]"
    units: list[float]
    terms: list[Terms]
    work: list[list[float]]
    """Working time of each stage of the order's site; the inner lists may be empty."""
    patience: list[float] | None
    """How long the customer waits for each line: below 0 not at all; None if all wait for ever."""
    returns: dict[int, "Fate"] = field(default_factory=dict)
    """Of the lines that will come back."""
    sales: "Iterator[tuple[Shelf, float]] | None" = None
    """Shelf and units, order by order, where all orders have one line and the site has no stages."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a line that comes back."""

    lag: float
    """Hours from delivery to the return."""
    part: float
    """Share of the units that comes back."""
    chance: float
    """Between 0 and 1: decides the disposition."""


class Shipment(Process):
    """Goods on their way to a customer; the first shipment is the order itself."""

    __slots__ = ("number", "pieces", "queued", "shipment", "terms", "work")
    number: int
    """Order number."""
    shipment: int
    """Shipment number."""
    terms: Terms
    work: list[float]
    """Working time by stage."""
    queued: float
    """When it came to the stage it is at."""
    pieces: list[tuple[int, float]] | None
    """Lines within the block and units on board; kept only if a line of the order will come back."""


class Order(Shipment):
    """A customer's order: one process from entry to delivery."""

    __slots__ = ("block", "first", "idle", "last", "short", "taken")

    def __init__(self, block: Block, index: int, number: int) -> None:
        self.number = number
        self.block = block
        self.terms = block.terms[index]
        self.first = block.starts[index]
        self.last = block.starts[index + 1]
        self.work = block.work[index]
        self.short = 0  # lines that wait for stock
        self.taken = 0  # lines of which something was allocated
        self.idle = False  # waits for stock before its first shipment
        self.pieces = None
