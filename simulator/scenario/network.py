"""Where the work is done: calendars, and sites with their stages, stock and returns desk."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.model import Model
from simulator.policies.replenishment import Replenishment
from simulator.scenario.calendars import Calendar, Departures
from simulator.scenario.channels import Lane
from simulator.scenario.distributions import Duration
from simulator.scenario.order_desk import Collecting, CreditHold, EntryMode
from simulator.scenario.suppliers import Supplier
from simulator.units import Clock, Hours, Share

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
    staff: Annotated[int, Field(ge=1)] | None = None
    """How many are at work; without limit, and so without a queue, where left out."""
    calendar: str | None = None
    """When they work; round the clock where left out."""
    cut_off: Clock | None = None
    """What comes later in the day is begun on the next working day."""
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


class Inspection(Model):
    """The desk that looks at what came back."""

    time: Duration | None = None
    """Working time for a returned line; none where left out."""
    staff: Annotated[int, Field(ge=1)] | None = None
    """How many are at work; without limit where left out."""
    calendar: str | None = None
    """When they work; round the clock where left out."""


class ReturnsDesk(Model):
    """What a site does with returned goods: inspect, then restock, refurbish or dispose."""

    inspection: Inspection = Inspection()
    """The desk."""
    restock: Share = 1.0
    """Share that is sellable as it is."""
    refurbish: Share = 0.0
    """Share that is sellable after refurbishing."""
    dispose: Share = 0.0
    """Share written off."""
    refurbish_time: Duration | None = None
    """Time that refurbishing takes; none where left out."""

    @model_validator(mode="after")
    def _check(self) -> "ReturnsDesk":
        total = self.restock + self.refurbish + self.dispose
        if abs(total - 1) > 1e-6:
            raise ValueError(f"restock, refurbish and dispose must add to 1; they add to {total:g}")
        return self


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

    @property
    def damage_by_place(self) -> Damage:
        """Where orders get damaged; a plain number is for transit."""
        return self.damage if isinstance(self.damage, Damage) else Damage(transit=self.damage)


class Site(Model):
    """A place that serves orders."""

    stages: tuple[Stage, ...] = ()
    """The order cycle, in the order of the stages; those left out take no time."""
    stock: dict[str, Replenishment] | None = None
    """Replenishment by SKU; `default` is for all the others. Where left out, there is always enough."""
    returns: ReturnsDesk = ReturnsDesk()
    """What is done with returned goods."""
    quality: Quality = Quality()
    """What goes wrong by chance."""
    siblings: dict[str, Hours] = {}
    """Sites that can help out, each with the time that goods from there take."""

    @model_validator(mode="after")
    def _check(self) -> "Site":
        places = [STAGES.index(stage.stage) for stage in self.stages]
        if places != sorted(set(places)):
            raise ValueError(f"stages: each at most once, in the order {', '.join(STAGES)}")
        return self


class Network(Model):
    """Sites, suppliers and calendars."""

    calendars: dict[str, Calendar] = {}
    """Working calendars by name."""
    suppliers: dict[str, Supplier] = {}
    """Suppliers by name."""
    entry_modes: dict[str, EntryMode] = {}
    """Ways of entering orders by name; channels say which is theirs."""
    sites: Annotated[dict[str, Site], Field(min_length=1)]
    """Sites by name."""
    lanes: tuple[Lane, ...] = ()
    """Ways from sites to customers, with time and freight; what no lane says holds for all alike."""
