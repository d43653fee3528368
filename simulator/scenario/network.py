"""The order desk: how orders are entered and what goes wrong, credit holds, batches, and what mistakes lead to."""

import math
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.model import AnyOrder, Model
from simulator.rules.replenishing import Replenishment
from simulator.scenario.calendars import Calendar, Departures
from simulator.scenario.channels import Lane
from simulator.scenario.distributions import Duration
from simulator.scenario.errors import At
from simulator.scenario.returns import Claims, ReturnsDesk
from simulator.textbook.targets import LeadTime
from simulator.units import Clock, Hours, Share


class Errors(Model):
    """How often something is entered wrongly, by kind."""

    item: Share = 0.0
    """Share of lines with a wrong item."""
    quantity: Share = 0.0
    """Share of lines with a wrong quantity."""
    address: Share = 0.0
    """Share of orders with a wrong address."""
    price: Share = 0.0
    """Share of orders with a wrong price."""
    document: Share = 0.0
    """Share of orders with wrong documents."""


class EntryMode(Model):
    """A way of entering orders, such as EDI, web or by hand: the time it takes, and the errors it makes."""

    time: Duration | None = None
    """Working time for an order at the stage `entry`, instead of the stage's own."""
    line_time: Duration | None = None
    """Working time for each of its lines, added."""
    errors: Errors = Errors()
    """What is entered wrongly."""

    @property
    def takes_time(self) -> bool:
        """Whether it gives a working time of its own."""
        return self.time is not None or self.line_time is not None


class CreditHold(Model):
    """Orders whose credit has to be cleared first; they wait without occupying staff."""

    rate: Share
    """Share of orders that are held."""
    time: Duration
    """How long a held order waits after its credit check."""


class Collecting(Model):
    """How orders are collected into batches that are worked on as one."""

    orders: Annotated[int, Field(ge=2, le=1000)]
    """So many orders make a batch."""
    within: Annotated[Hours, Field(gt=0)]
    """A smaller batch is begun when its oldest order has waited so long."""


class Mistakes(Model):
    """What happens at the customer when verification has missed an error. All defaults are assumptions.

    A wrong item comes back as a return and is not sent again; a wrong address costs a second delivery; a wrong
    price is paid short; a wrong quantity or document leaves the order imperfect. Stock is taken as ordered: an
    error is a mark on the order, and moves no units from one SKU to another. A line for which the customer takes a
    substitute is entered anew: what was wrong with it does no harm.
    """

    complaint: Share = 0.5
    """Share of the errors met with that the customer complains of."""
    wrong_item_lag: Duration = Duration.model_validate("5 days")
    """From the delivery of a wrong item until it is back."""
    redelivery: Duration = Duration.model_validate("2 days")
    """From the delivery at a wrong address until the right one is reached."""
    short_payment: Share = 0.1
    """Share of its value that is not paid of an order with a wrong price."""


class Drift(Model):
    """From some time on, lead times are longer or shorter than stated."""

    at: Hours
    """Orders placed from this time on take the factor, from the start of the run."""
    factor: Annotated[float, Field(gt=0, le=1000)]
    """Times the lead time as it is stated, not as an earlier change left it: 1.3 is 30 % longer, 1 is as stated."""


class Supplier(Model):
    """Where replenishment comes from."""

    lead_time: Duration
    """From order to receipt; with capacity, the working time of one order."""
    crossing: bool = True
    """Whether a later order may arrive before an earlier one."""
    capacity: Annotated[int, Field(ge=1)] | None = None
    """How many orders it works on at once, first come first served; without limit where left out."""
    cancellable: bool = False
    """Whether it takes back orders it has not begun (needs capacity)."""
    changes: Annotated[tuple[Drift, ...], Field(min_length=1)] | None = None
    """How its lead time drifts in the course of the run."""
    planned: Duration | None = None
    """What planning believes the lead time to be, and sizes stock by; `lead_time` itself where left out."""
    claims: Claims | None = None
    """What it says when defective goods are sent back to it; where left out it takes none."""
    refresh: Annotated[Hours, Field(gt=0)] | None = None
    """So often the planned lead time is set anew from receipts, and stock sized anew; never where left out."""
    record: Annotated[int, Field(ge=2)] = 30
    """How many of the supplier's last receipts a refresh looks at."""

    @property
    def planned_lead_time(self) -> LeadTime:
        """What planning believes at the start of a run: `planned`, or else the lead time as stated."""
        law = self.planned or self.lead_time
        return LeadTime(law.expected, math.sqrt(law.variance))

    @model_validator(mode="after")
    def _check(self) -> "Supplier":
        if self.cancellable and self.capacity is None:
            raise ValueError("cancellable needs capacity: without it every order is begun at once")
        if self.refresh is None and "record" in self.model_fields_set:
            raise ValueError("record needs refresh: without it nobody looks at the record of receipts")
        for index, (before, after) in enumerate(pairwise(self.changes or ()), 1):
            if after.at <= before.at:
                raise At(("changes", index, "at"), "changes are listed in the order of time, each later than the last")
        return self


STAGES = ("entry", "verification", "credit", "scheduling", "picking", "packing", "shipping", "transit")
"""The stages of the order cycle in their order; stock is allocated between scheduling and picking."""
DESK = frozenset(STAGES[:4])
"""The stages before stock is allocated."""
StageName = Literal["entry", "verification", "credit", "scheduling", "picking", "packing", "shipping", "transit"]


NO_TIME = "give time, line_time or departures: a stage that takes no time is left out"


class Stage(Model):
    """A stage of the order cycle: time per order and per line, staff on a calendar, a queue."""

    stage: StageName
    """Which stage."""
    time: Duration | None = None
    """Working time for an order (for a shipment, after allocation)."""
    line_time: Duration | None = None
    """Working time for each of its lines, added."""
    staff: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How many are at work; without limit, and so without a queue, where left out."""
    calendar: str | None = None
    """When they work; round the clock where left out."""
    cut_off: Clock | None = None
    """What comes later in the day is begun on the next working day; what comes later in a shift over midnight, in the
    next shift."""
    departures: Departures | None = None
    """What is ready waits for the next departure."""
    waves: Annotated[Hours, Field(gt=0)] | None = None
    """Orders are released to the stage at multiples of this time; a cut-off looks at the release."""
    batch: Collecting | None = None
    """One of the staff works on several orders at once: `time` once, the longest of theirs, and `line_time` by line."""
    places: Annotated[int, Field(ge=1)] | None = None
    """Most orders at the stage, waiting and in work; one that comes to a full stage is turned away and ends."""
    patience: Duration | None = None
    """How long an order waits in the stage's queue before it is withdrawn, unless work has begun."""
    catches: Share | None = None
    """Share of the entry errors that verification catches (stage `verification` only)."""
    rework: Duration | None = None
    """Added to the work of verification on an order in which something was caught."""
    hold: CreditHold | None = None
    """Orders held after their credit check (stage `credit` only)."""

    @property
    def takes_time(self) -> bool:
        """Whether it has a working time of its own, or makes orders wait."""
        return any(each is not None for each in (self.time, self.line_time, self.departures, self.waves, self.hold))

    @model_validator(mode="after")
    def _check(self) -> "Stage":
        if not self.takes_time and self.stage != "entry":  # the time of entry may come from the entry modes
            raise ValueError(NO_TIME)
        if self.cut_off is not None and self.calendar is None:
            raise ValueError("cut_off needs a calendar: the next working day is when it opens")
        if self.stage != "verification" and (self.catches is not None or self.rework is not None):
            raise ValueError("catches and rework belong to the stage verification")
        if self.rework is not None and self.catches is None:
            raise ValueError("rework needs catches: the share of errors that are found")
        if self.hold is not None and self.stage != "credit":
            raise ValueError("hold belongs to the stage credit")
        self._check_queue()
        return self

    def _check_queue(self) -> None:
        """What only a queue in front of staff can do."""
        limited = self.places is not None or self.patience is not None
        if self.staff is None and (limited or self.batch is not None):
            raise ValueError("places, patience and batch need staff: without a limit nobody waits")
        if limited and self.stage not in DESK:
            raise ValueError("places and patience are for the stages before stock is allocated: nobody leaves later")
        if limited and self.batch is not None:
            raise ValueError("batch stands without places and patience: an order does not leave a batch")
        if self.places is not None and self.staff is not None and self.places < self.staff:
            raise ValueError(f"places counts those in work too: {self.places} places keep {self.staff} staff idle")


class Damage(Model):
    """Where orders get damaged: the share that each step damages of those that came to it whole."""

    picking: Share = 0.0
    """Dropped or crushed at picking."""
    packing: Share = 0.0
    """Broken at packing."""
    transit: Share = 0.0
    """Damaged on the way to the customer."""


class Quality(Model):
    """What goes wrong with an order by chance."""

    damage: Share | Damage = 0.0
    """Share of orders damaged on the way to the customer, or by place: picking, packing, transit."""
    document_error: Share = 0.0
    """Share of orders with wrong documents."""
    picking_error: Share = 0.0
    """Share of lines for which another item than ordered is picked; it comes back (`service.mistakes.wrong_item_lag`).
    As with errors of order entry, stock is taken as ordered."""

    @property
    def damage_by_place(self) -> Damage:
        """Where orders get damaged; a plain number is for transit."""
        return self.damage if isinstance(self.damage, Damage) else Damage(transit=self.damage)


class Site(Model):
    """A place that serves orders."""

    stages: tuple[Stage, ...] = ()
    """The order cycle, in the order of the stages; those left out take no time."""
    stock: Annotated[dict[str, Replenishment], AnyOrder()] | None = None
    """Replenishment by SKU; `default` is for all the others. Where left out, there is always enough."""
    returns: ReturnsDesk = ReturnsDesk()
    """What is done with returned goods."""
    quality: Quality = Quality()
    """What goes wrong by chance."""
    siblings: Annotated[dict[str, Hours], AnyOrder()] = {}
    """Sites that can help out, each with the time that goods from there take."""

    @model_validator(mode="after")
    def _check(self) -> "Site":
        places = [STAGES.index(stage.stage) for stage in self.stages]
        if places != sorted(set(places)):
            raise ValueError(f"stages: each at most once, in the order {', '.join(STAGES)}")
        return self


class Network(Model):
    """Sites, suppliers and calendars."""

    calendars: Annotated[dict[str, Calendar], AnyOrder()] = {}
    """Working calendars by name."""
    suppliers: dict[str, Supplier] = {}
    """Suppliers by name."""
    entry_modes: dict[str, EntryMode] = {}
    """Ways of entering orders by name; channels say which is theirs."""
    sites: Annotated[dict[str, Site], Field(min_length=1)]
    """Sites by name."""
    lanes: tuple[Lane, ...] = ()
    """Ways from sites to customers, with time and freight; what no lane says holds for all alike."""
