"""The clock: a SimPy environment, the order of what happens at one instant, and processes that cost one event."""

from collections.abc import Callable, Generator
from contextlib import suppress
from heapq import heappush
from typing import Any

import simpy
from simpy.events import NORMAL, EventPriority

from simulator.units import exact

Life = Generator[None, None, None]

RECEIPT, WORK, DEMAND, PLAN, REVIEW, SETTLEMENT = 2, 3, 4, 5, 6, 7
"""What happens first at one instant: receipts and the lines that wait for them, work that ends, new
demand, plans that are made anew, reviews, settlements. A review that comes before demand runs as WORK does."""


class Clock(simpy.Environment):
    """SimPy's environment, with events at absolute times, to the millisecond: see `simulator.units.exact`."""

    __slots__ = ("_now",)
    now: float
    """The time, in hours from the start of the run."""

    def at(self, event: simpy.Event, time: float, priority: int) -> None:
        """Schedule an event for an exact time; at equal times the lower priority number comes first."""
        entry: Any = (time, priority, next(self._eid), event)
        heappush(self._queue, entry)

    def schedule(self, event: simpy.Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """SimPy's own events, such as the timeouts of a process, count as work that ends."""
        self.at(event, exact(self.now + delay), WORK if priority == NORMAL else priority)

    def call(self, time: float, function: Callable[[Any], None], value: Any = None) -> None:
        """Call a function with an event that holds a value, at a time."""
        event = self.event()
        event._ok, event._value = True, value
        event.callbacks = [function]
        self.at(event, exact(time), WORK)

    def skip_to(self, time: float) -> bool:
        """Go straight to a time if nothing at all is scheduled up to it: what happens then needs no event."""
        if time < self._queue[0][0]:
            self._now = time
            return True
        return False

    @property
    def next_event(self) -> float:
        """When the next event is due; the end of the run is one."""
        due: float = self._queue[0][0]
        return due

    def count(self) -> int:
        """How many events were scheduled in all; asked once, when the run has ended."""
        return next(self._eid)


Clock.now = vars(Clock)["_now"]  # read some ten times for each order, where SimPy's own property costs a call


class Process(simpy.Event):
    """A SimPy process that costs nothing to start and to end: its one event is armed again for each wait.

    Its life is a generator that says `yield` after it has arranged to be resumed.
    """

    __slots__ = ("_ok", "callbacks", "env", "life")
    env: Clock
    _value = None

    def __init__(self, env: Clock) -> None:
        self.env = env

    def start(self, life: Life) -> None:
        """Live until the first wait."""
        self.life, self._ok = life, True  # SimPy looks at the second at each event: quickest in a slot
        next(life, None)

    def resume(self) -> None:
        """Go on after a wait that something else ended."""
        next(self.life, None)

    def end(self, why: Exception) -> None:
        """Be told, in the midst of a wait, that it is over."""
        with suppress(StopIteration):
            self.life.throw(why)

    def until(self, time: float, priority: int = WORK) -> None:
        """Be resumed at a time."""
        self.callbacks = RESUME
        self.env.at(self, exact(time), priority)


def _resume(event: Any) -> None:
    next(event.life, None)


RESUME: list[Callable[[Any], None]] = [_resume]
