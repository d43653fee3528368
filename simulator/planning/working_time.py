"""Working time: when a calendar is open, and when work that is begun will be done."""

import datetime as dt
import math
from bisect import bisect_left, bisect_right

import numpy as np

from simulator.scenario.calendars import Calendar
from simulator.units import DAY, TICKS, exact

CHUNK = 400
"""Days that are laid out at a time."""
MOST = 201 * 366
"""Days that are laid out at the most: longer than any run, and what follows its end."""
LATEST = MOST * DAY
"""Hours from the start of a run: what would be later is never, and takes no place in a calendar."""


class WorkingTime:
    """A calendar laid out as open intervals, in hours from the start of the run.

    >>> office = WorkingTime(Calendar(hours="08:00-16:00"), dt.date(2026, 1, 5))
    >>> office.next_open(17.0), office.finish(15.0, 3.0), office.is_open(9.0)
    (32.0, 34.0, True)
    """

    def __init__(self, calendar: Calendar, start: dt.date) -> None:
        self._calendar, self._start = calendar, start
        self._days = 0
        self.starts: list[float] = []
        self.ends: list[float] = []
        self._before: list[float] = []  # open hours before each interval
        self._upto: list[float] = []  # and up to its end
        self._extend()

    def _extend(self) -> None:
        """Lay out more days; intervals that touch or overlap become one."""
        last = -1 if not self._days else self._days
        for day in range(last, self._days + CHUNK):
            date = self._start + dt.timedelta(days=day)
            if self._calendar.is_closed(date):
                continue
            spans = sorted(shift.hours for shift in self._calendar.work if date.weekday() in shift.days)
            for opens, closes in spans:
                self._add(exact(day * 24 + opens), exact(day * 24 + closes))
        self._days += CHUNK
        self._sum()
        if not self.starts:
            raise ValueError("a calendar that is never open within a year cannot be worked with")

    def _add(self, opens: float, closes: float) -> None:
        if closes <= 0:
            return
        if not self.starts:
            self._first = opens  # which may be before the run
        opens = max(opens, 0.0)
        if self.ends and opens <= self.ends[-1]:
            self.ends[-1] = max(self.ends[-1], closes)
        else:
            self.starts.append(opens)
            self.ends.append(closes)

    def _sum(self) -> None:
        upto = exact(np.cumsum(np.subtract(self.ends, self.starts)))
        self._upto = upto.tolist()
        self._before = [0.0, *self._upto[:-1]]

    def _until(self, at: float) -> None:
        """Lay out days until one interval begins after `at`, or no run lasts as long."""
        while self.starts[-1] <= at and self._days < MOST:
            self._extend()

    def is_open(self, at: float) -> bool:
        """Whether work is done at this time; at closing time it is not."""
        self._until(at)
        place = bisect_right(self.starts, at) - 1
        return place >= 0 and at < self.ends[place]

    def next_open(self, at: float) -> float:
        """The time itself if open, else the next opening; what is later than any run lasts is open."""
        self._until(at)
        place = bisect_right(self.starts, at)
        if place and at < self.ends[place - 1]:
            return at
        return self.starts[place] if place < len(self.starts) else at

    def turns(self, since: float, until: float) -> list[float]:
        """When work begins or ends between two times: the last hundred such times."""
        self._until(until)
        first, last = bisect_right(self.starts, since), bisect_left(self.starts, until)
        places = slice(max(first - 1, last - 50, 0), last)
        return [at for each in (self.starts[places], self.ends[places]) for at in each if since < at < until]

    def closes(self, at: float) -> float:
        """When work ends that is under way at a time; the time itself if it is closed then."""
        if not self.is_open(at):
            return at
        return self.ends[bisect_right(self.starts, at) - 1]

    def next_shift(self, at: float) -> float:
        """When the first shift of a later day begins; one that lasts over midnight belongs to the day it began on.

        Where work never stops for a whole day, a shift begins at midnight.

        >>> nights = WorkingTime(Calendar(hours="22:00-06:00"), dt.date(2026, 1, 5))
        >>> nights.next_shift(23.75)
        46.0
        """
        midnight = (at // 24 + 1) * 24
        begins = self.next_open(midnight)
        if begins == midnight:
            place = bisect_right(self.starts, midnight) - 1
            if self.starts[place] < midnight and self.ends[place] - self.starts[place] < DAY:
                begins = self.next_open(self.ends[place])
        return begins

    @property
    def over_midnight(self) -> bool:
        """Whether any shift lasts over midnight."""
        return any(shift.hours[1] > DAY for shift in self._calendar.work)

    def admit(self, at: float, cut_off: float | None) -> float:
        """When what comes at a time is taken in: at once or, after the cut-off, when the next shift begins.

        The cut-off is a time of day. In a shift over midnight it is once, before midnight or after, and what comes
        after it in that shift is for the next one; what comes before the shift is in time for it.

        >>> nights = WorkingTime(Calendar(hours="22:00-06:00"), dt.date(2026, 1, 5))
        >>> [nights.admit(at, 23.5) for at in (23.25, 23.75, 24.25, 40.0)]
        [23.25, 46.0, 46.0, 40.0]
        >>> [nights.admit(at, 2.0) for at in (21.0, 23.75, 25.5, 27.0, 31.0)]
        [21.0, 23.75, 25.5, 46.0, 31.0]
        """
        if cut_off is None:
            return at
        cut, ends = self._cut_over_midnight(at, cut_off)
        if cut is not None:
            return at if at <= cut else self.next_open(ends)
        return self.next_shift(at) if exact(at % 24) > cut_off else at

    def last_admitted(self, at: float, cut_off: float | None) -> float:
        """The latest time, up to a time that is open, at which what comes is taken in at once."""
        if cut_off is None:
            return at
        cut, _ = self._cut_over_midnight(at, cut_off)
        if cut is not None:
            return min(at, cut)
        return exact(at // 24 * 24 + cut_off) if exact(at % 24) > cut_off else at

    def _cut_over_midnight(self, at: float, cut_off: float) -> tuple[float | None, float]:
        """The cut-off of the shift at a time, or of the next one, and its end, where it lasts over midnight and has
        its cut-off while it lasts; else None."""
        self._until(at)
        place = bisect_right(self.starts, at) - 1
        if place < 0 or at >= self.ends[place]:
            place += 1
        begins, ends = self.starts[place] if place else self._first, self.ends[place]
        cut = exact(begins // 24 * 24 + cut_off)
        cut = cut if cut >= begins else cut + 24
        over_midnight = ends - begins < DAY and ends > (begins // 24 + 1) * 24
        return cut if over_midnight and cut < ends else None, ends

    def finish(self, at: float, work: float) -> float:
        """When `work` open hours begun at `at` are done; work stops at closing and goes on at opening.

        Work that would take longer than any run lasts is done after the end of any.

        >>> minute = WorkingTime(Calendar(days="mon", hours="08:00-08:01"), dt.date(2026, 1, 5))
        >>> minute.finish(0.0, 1.0) / 168, minute.finish(0.0, 9600.0)
        (59.047718253968256, 1765584.0)
        """
        begun = self.next_open(at)
        if begun > self.starts[-1]:
            return exact(begun + work)
        place = bisect_right(self.starts, begun) - 1
        done = exact(begun + work)
        if done <= self.ends[place]:
            return done
        done = exact(self._before[place] + begun - self.starts[place] + work)
        while self._upto[-1] < done:
            if self._days >= MOST:
                return max(begun, LATEST)
            self._extend()
        place = bisect_left(self._upto, done)
        return exact(self.starts[place] + done - self._before[place])

    def latest_start(self, by: float, work: float) -> float:
        """The latest time at which `work` open hours must be begun to be done by a time; below 0 if it is too late.

        >>> office = WorkingTime(Calendar(hours="08:00-16:00"), dt.date(2026, 1, 5))
        >>> office.latest_start(34.0, 3.0), office.latest_start(34.0, 2.0), office.latest_start(9.0, 2.0)
        (15.0, 32.0, -inf)
        """
        self._until(by)
        place = (bisect_left(self.starts, by) if work > 0 else bisect_right(self.starts, by)) - 1
        if place < 0:
            return -math.inf
        if work <= 0:
            return min(by, exact(self.ends[place] - 1 / TICKS))  # at closing nothing is begun, however short
        left = exact(self._before[place] + min(by, self.ends[place]) - self.starts[place] - work)
        if left < 0:
            return -math.inf
        place = bisect_right(self._before, left) - 1
        return exact(self.starts[place] + left - self._before[place])

    def open_before(self, times: np.ndarray) -> np.ndarray:
        """Open hours from the start of the run until each time."""
        if len(times):
            self._until(float(np.max(times)))
        place = np.searchsorted(self.starts, times, side="right") - 1
        inside = np.minimum(times, np.array(self.ends)[place]) - np.array(self.starts)[place]
        hours: np.ndarray = np.where(place >= 0, np.array(self._before)[place] + inside, 0.0)
        return hours
