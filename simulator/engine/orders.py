"""Orders, drawn ahead in blocks: what each customer wants and how each will behave, whatever happens to them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.engine.clock import Process

if TYPE_CHECKING:
    from simulator.engine.promised import Commitment
    from simulator.engine.shelf import Shelf
    from simulator.engine.terms import Terms


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
    price: np.ndarray
    """Of one unit, by line."""
    terms: "list[Terms]"
    work: list[list[float]]
    """Working time of each stage of the order's site; the inner lists may be empty."""
    segment: str
    patience: list[float] | None
    """How long the customer waits for each line: below 0 not at all; None if all wait for ever."""
    promised: list[float] = field(default_factory=list)
    """By order: time of the promised delivery; nan where it is made at entry, or never."""
    requested: list[float] = field(default_factory=list)
    """By order: when the customer wants it; empty where nothing is requested."""
    taste: list[float] | None = None
    """By line, between 0 and 1: what the customer says to a substitute; None if nobody asks."""
    choice: list[float] | None = None
    """By line, between 0 and 1: what the customer says to an empty shelf, where the choice is left to customers."""
    longest_wait: list[float] | None = None
    """By order: the longest time to delivery that the customer accepts; None if any."""
    mood: list[float] | None = None
    """By order, between 0 and 1: what the customer says to an alternative."""
    channels: list[str] = field(default_factory=list)
    """By order, where a rule looks at them."""
    work_at: dict[int, list[list[float]]] | None = None
    """Working times by site, where several may serve the orders."""
    comes_back: dict[int, "ComesBack"] = field(default_factory=dict)
    """Of the lines that will come back after delivery, by line."""
    followed: set[int] = field(default_factory=set)
    """The orders (by place) of which it matters what is on board of each shipment."""
    drawn: dict[str, Any] = field(default_factory=dict)
    """What each mechanism has drawn for the orders, under its own name."""
    damaged: list[float] | None = None
    """By order: where it gets damaged, 0 where it does not; where somebody looks at how customers fare."""
    misdocumented: list[float] | None = None
    """By order: whether its documents are wrong, where the same holds."""
    undecided: tuple[np.ndarray, np.ndarray] | None = None
    """Where customers decide whether they come: what is written down of orders, and of lines, when they do; the fields
    of one fact in each row."""
    sales: "Iterator[tuple[Shelf, float]] | None" = None
    """Shelf and units, order by order, where orders may be sold in passing: all have one line and no stage to pass."""
    _prices: list[float] | None = None

    @property
    def prices(self) -> list[float]:
        """Of one unit, by line."""
        if self._prices is None:
            self._prices = self.price.tolist()
        return self._prices


@dataclass(frozen=True, slots=True)
class ComesBack:
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
    terms: "Terms"
    work: list[float]
    """Working time by stage."""
    queued: float
    """When it came to the stage it is at."""
    pieces: list[tuple[int, float]] | None
    """Lines within the block and units on board, where the order is followed; else None."""


class Order(Shipment):
    """A customer's order: one process from entry to delivery."""

    __slots__ = (
        "at",
        "block",
        "due",
        "first",
        "idle",
        "index",
        "last",
        "latest",
        "moved",
        "open",
        "promises",
        "reserved",
        "short",
        "swaps",
        "taken",
    )
    promises: "list[Commitment] | None"
    """What was promised to it and not given yet, where that is counted."""
    reserved: dict[int, float] | None
    """Units set aside by line, until it is released."""
    swaps: dict[int, int | None] | None
    """By line: the product that the customer agreed to take instead; None where it is sold out."""

    # What only few orders have, or are asked for, stands here, and is written to those few.
    held = False
    """Leaves only when every line is there."""
    partial = False
    """The customer agreed to get it in parts."""
    quoted: Any = None
    """What the record of cycle times was asked for its promise, and what it said, in hours."""
    split = False
    """The customer agreed to get a line in parts, each with a date of its own."""
    instead: "list[tuple[int, Shelf, float]] | None" = None
    """What else is on board of the first shipment: line, shelf and units, where the customer collects."""
    settled = False
    """Nothing more will come of it."""
    earliest = 0.0
    """Nothing is promised for an earlier time than this, since the customer wants it later."""
    comes = 0.0
    """It asks for stock no earlier than this, since it is kept back."""

    def __init__(self, block: Block, index: int, number: int) -> None:
        self.number = number
        self.block, self.index = block, index
        self.at = block.times[index]
        self.terms = block.terms[index]
        self.first = block.starts[index]
        self.last = block.starts[index + 1]
        self.work = block.work[index]
        self.due = self.latest = block.promised[index]  # the date first promised, and the last
        self.short = 0  # lines that wait for stock
        self.open = 1  # shipments to come or under way, the first one included
        self.taken = 0  # lines of which something was allocated
        self.idle = False  # waits for stock before its first shipment
        self.moved = False  # another site serves it
        self.pieces = self.promises = self.reserved = self.swaps = None

    def promised(self, line: int, shelf: "Shelf") -> "list[Commitment]":
        """What a line was promised of a shelf, by date."""
        return [each for each in self.promises or () if each.line == line and each.shelf is shelf]

    def shelf(self, line: int) -> "Shelf":
        """Where a line of the order is taken from."""
        home = self.block.shelves[line]
        return self.terms.site.shelves[home.sku] if self.moved else home

    @property
    def lines(self) -> "Iterable[int]":
        """Its lines within the block, without those that were sold out."""
        lines, swaps = range(self.first, self.last), self.swaps
        return lines if swaps is None else [line for line in lines if swaps.get(line, line) is not None]

    @property
    def labels(self) -> dict[str, str]:
        """Segment, channel and site by name."""
        channel = self.block.channels[self.index] if self.block.channels else ""
        return {"segment": self.block.segment, "channel": channel, "site": self.terms.site.name}
