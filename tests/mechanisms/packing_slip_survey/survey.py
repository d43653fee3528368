"""Packing slip survey: of the orders that are delivered late, some customers write a note some time afterwards.

A mechanism of one's own, made of nothing but what the simulator offers to everybody. Load it with `--plugin survey.py`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from simulator.drawing.html import Paragraph, Section, Told
from simulator.drawing.wording import figure
from simulator.engine.clock import Clock
from simulator.engine.facts import Delivered
from simulator.engine.ledger import Ledger
from simulator.engine.orders import Order, Shipment
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.mechanism import Mechanism
from simulator.lifecycle.world import World
from simulator.measures.registry import kpi
from simulator.measures.slices import Ratio
from simulator.measures.view import View
from simulator.mechanisms.known import register
from simulator.model import Model
from simulator.scenario.distributions import Duration
from simulator.scenario.scenario import register_section
from simulator.units import Share


class Survey(Model):
    """A slip in every parcel asks the customer for a note."""

    answered: Share = 0.1
    """Share of the customers of late orders who write."""
    after: Duration
    """From the late delivery to the note."""


class NoteWritten(NamedTuple):
    """The customer of a late order wrote a note."""

    at: float
    order: int
    days_late: float


def draw(segment: CustomerSegment) -> Callable[[NewOrders], list[float]]:
    """By order: hours from a late delivery to the note; infinite if the customer never writes."""
    survey: Survey = segment.scenario.packing_slip_survey

    def answers(new: NewOrders) -> list[float]:
        size = len(new.bulk.at)
        writes = segment.streams_kept("survey").random(size) < survey.answered
        after = survey.after.sample(segment.streams_kept("survey delays"), size)
        found: list[float] = np.where(writes, after, np.inf).tolist()
        return found

    return answers


def start(world: World) -> None:
    """Read the slips of what is delivered."""
    world.hooks.delivered.append(partial(read_slip, world))


def read_slip(world: World, order: Order, shipment: Shipment) -> None:
    """A shipment is there: if it is the first and late, its customer may write."""
    after = order.block.drawn["packing_slip_survey"][order.index]
    if shipment is order and world.clock.now > order.due and after < np.inf:
        world.clock.process(write(world, order, after, world.clock.now - order.due))


def write(world: World, order: Order, after: float, late: float) -> Iterator[object]:
    """The note comes: an ordinary SimPy process."""
    env: Clock = world.clock
    yield env.timeout(after)
    world.record.note_written((env.now, order.number, late / 24))


def laws(ledger: Ledger) -> Iterator[str]:
    """Nobody writes twice, nor of an order that was not delivered before."""
    notes, delivered = ledger.columns(NoteWritten), ledger.columns(Delivered)
    if len(np.unique(notes["order"])) < len(notes["order"]):
        yield "a customer wrote twice"
    first = np.full(1 + max(table["order"].max(initial=0) for table in (notes, delivered)), np.inf)
    np.minimum.at(first, delivered["order"], delivered["at"])
    if (notes["at"] < first[notes["order"]]).any():
        yield "a note was written before anything was delivered"


@kpi(unit="notes per order", better="lower", of="orders placed in the measured time")
def notes_per_order(view: View) -> Ratio | None:
    """Notes that customers of late orders have written, by the orders placed. None without a survey."""
    if view.scenario.packing_slip_survey is None:
        return None
    written = np.bincount(view.of(NoteWritten)["order"], minlength=len(view.measured_orders))[1:]
    rows = view.orders.rows
    return Ratio(rows, rows.sums(written[view.orders.number - 1].astype(float)), rows.sums(1.0))


def section(findings: Told) -> Section | None:
    """What the slips say."""
    found = findings.by("notes_per_order", "")
    if not found:
        return None
    return Section(
        "notes", "Notes of customers", [Paragraph(f"{figure(found[0].mean, found[0].unit)} notes per order.")]
    )


def told(ledger: Ledger, fact: NoteWritten, named: dict[int, str]) -> str:
    """A note in the story of its order."""
    return f"the customer writes that it came {fact.days_late:.1f} days late"


register_section("packing_slip_survey", Survey)
register(
    Mechanism(
        name="packing_slip_survey",
        active=lambda scenario: scenario.packing_slip_survey is not None,
        start=start,
        draw=draw,
        facts=(NoteWritten,),
        laws=laws,
        kpis=(__name__,),
        section=section,
        words={NoteWritten: told},
    )
)
