"""The backlog of a stage: a queue that knows how much work is ahead, so that many jobs can be looked at as one."""

from collections.abc import Callable, Iterator

from simulator.engine.gathering import Batch
from simulator.engine.orders import Order, Shipment
from simulator.engine.stations import ByPriority
from simulator.planning.working_time import WorkingTime


def members_of(job: Shipment) -> list[Shipment]:
    """The orders of a batch, or the one."""
    return job.members if isinstance(job, Batch) else [job]


def lines_of(job: Shipment) -> int:
    """How many lines are worked on."""
    if isinstance(job, Batch):
        return sum(lines_of(member) for member in job.members)
    return job.last - job.first if isinstance(job, Order) else 1


def goods_due(job: Shipment) -> float:
    """When the last goods are to be there that somebody was promised; before all time if nothing is promised."""
    promises = (each.due for one in members_of(job) if isinstance(one, Order) for each in one.promises or ())
    return max(promises, default=-1.0)


class Lane:
    """The jobs of one priority in the order of their coming."""

    __slots__ = ("backlog", "came", "due", "first", "jobs", "lines", "orders")

    def __init__(self, backlog: "Backlog") -> None:
        self.backlog = backlog
        self.jobs: list[Shipment] = []
        self.first = 0
        """Place of the one whose turn is next."""
        self.came: list[int] = []
        self.due: list[float] = []
        """When the goods of each are to be there."""
        self.orders, self.lines = [0], [0]
        """How many orders and lines there are before each job, and before the next to come."""

    def append(self, job: Shipment, count: int) -> None:
        """One more, the so many-th to come to the stage."""
        self.jobs.append(job)
        self.came.append(count)
        self.due.append(goods_due(job))
        self.orders.append(self.orders[-1] + len(members_of(job)))
        self.lines.append(self.lines[-1] + lines_of(job))

    def popleft(self) -> Shipment:
        """The next one; those who are gone are forgotten, some hundred at a time."""
        job = self.jobs[self.first]
        self.first += 1
        if self.first > 200 and self.first * 2 > len(self.jobs):
            for column in (self.jobs, self.came, self.due, self.orders, self.lines):
                del column[: self.first]
            self.first = 0
        return job

    def __len__(self) -> int:
        return len(self.jobs) - self.first


class Backlog(ByPriority):
    """A queue like those of other stages, in lanes by priority; in one lane where the stage does not look at it."""

    def __init__(self, urgent: bool, hears: Callable[[Shipment, bool], None] | None) -> None:
        self._urgent, self._came, self._hears = urgent, 0, hears
        self._lanes: dict[int, Lane] = {}

    def append(self, job: Shipment) -> None:
        self._came += 1
        self._add(job, self._came)
        if self._hears is not None:
            self._hears(job, False)

    def _add(self, job: Shipment, count: int) -> None:
        rank = job.terms.priority if self._urgent else 0
        if rank not in self._lanes:
            self._lanes[rank] = Lane(self)
            self._lanes = dict(sorted(self._lanes.items()))
        self._lanes[rank].append(job, count)

    def popleft(self) -> Shipment:
        return next(lane for lane in self._lanes.values() if lane).popleft()

    def sort_again(self) -> None:
        """After the priority of some jobs has changed."""
        waiting = [
            each
            for lane in self._lanes.values()
            for each in zip(lane.came[lane.first :], lane.jobs[lane.first :], strict=True)
        ]
        self._lanes = {}
        for count, job in sorted(waiting, key=lambda each: each[0]):
            self._add(job, count)

    def lanes(self) -> Iterator[tuple[int, Lane]]:
        """Those in which somebody waits, with their priority, the most urgent first."""
        return ((rank, lane) for rank, lane in self._lanes.items() if lane)

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def __iter__(self) -> Iterator[Shipment]:
        return (job for lane in self._lanes.values() for job in lane.jobs[lane.first :])


class Many:
    """Jobs of a lane, from one place to another, who are looked at as one: they come evenly between two times."""

    __slots__ = ("end", "hours", "lane", "since", "start")

    def __init__(self, lane: Lane, start: int, end: int, since: float, hours: WorkingTime | None = None) -> None:
        self.lane, self.start, self.end, self.since, self.hours = lane, start, end, since, hours
        """When the first of them comes; the last comes at the time that is kept with them. They come in the working
        hours of the stage before, where it has any."""

    def part(self, start: int, end: int, since: float) -> "Many":
        """Some of them, or those that come so much later."""
        return Many(self.lane, start, end, since, self.hours)

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def orders(self) -> int:
        """How many orders they are: more than jobs where they are batches."""
        return self.lane.orders[self.end] - self.lane.orders[self.start]

    @property
    def lines_each(self) -> int:
        """Lines of an order, as the mean of them."""
        return round((self.lane.lines[self.end] - self.lane.lines[self.start]) / self.orders)


class Pending:
    """Orders that were promised goods and have not been given all of them, but for those who wait or are served at the
    desk: they are found there."""

    def __init__(self) -> None:
        self._orders: dict[Shipment, None] = {}

    def add(self, order: Shipment) -> None:
        """One that was promised goods."""
        self._orders[order] = None

    def hears(self, job: Shipment, done: bool) -> None:
        """Somebody comes to a stage of the desk, or is done there."""
        for one in members_of(job):
            if not done:
                self._orders.pop(one, None)
            elif isinstance(one, Order) and one.promises:
                self._orders[one] = None

    def __iter__(self) -> Iterator[Shipment]:
        gone = [one for one in self._orders if not (isinstance(one, Order) and one.promises)]
        for one in gone:
            del self._orders[one]
        return iter(self._orders)
