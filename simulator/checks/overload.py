"""Work that can never be done, or only just: which stage, how much, since when."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from simulator.model import once
from simulator.planning.staff_load import Load, loads
from simulator.scenario.errors import At, Part, dotted
from simulator.scenario.scenario import Scenario

TIGHT = 0.9
"""From this share of what can be done a warning is given: waits grow fast beyond."""

Kind = Literal["overload", "overload_for_weeks", "possible_overload", "nearly_full"]
"""Without end; in some weeks; one of these if nothing is lost on the way; or above 90 % of what can be done."""


@dataclass(frozen=True)
class Overload:
    """A stage, a returns desk or a supplier with too much work."""

    kind: Kind
    load: Load
    since: dt.date
    """The week from which on it is so, by its first day."""
    weeks: int
    """In so many weeks."""
    fault: At
    """Where the scenario says it, and in words."""

    @property
    def message(self) -> str:
        """In words."""
        return self.fault.message

    @property
    def certain(self) -> bool:
        """Whether it never settles whatever else happens: nothing can be lost on the way that would make it less."""
        return self.kind == "overload" and not self.load.leaves

    def as_json(self) -> dict[str, Any]:
        """Words and data; a share of weeks in which nobody works is left out."""
        finite = self.load.by_week[np.isfinite(self.load.by_week)]
        return {
            "kind": self.kind,
            "path": dotted(self.fault.path),
            "message": self.message,
            "site": self.load.site,
            "stage": self.load.stage,
            "load": self.load.mean if np.isfinite(self.load.mean) else None,
            "highest_week": float(finite.max()) if len(finite) else None,
            "since": self.since.isoformat(),
            "weeks": self.weeks,
        }


@once
def overloads(scenario: Scenario) -> list[Overload]:
    """Every overload that follows from the scenario alone, and what comes near to it."""
    return [found for load in loads(scenario) for found in _judged(scenario, load)]


def unstable(scenario: Scenario) -> list[Overload]:
    """The overloads that never settle, whatever else happens; empty if the scenario alone says of none."""
    return [each for each in overloads(scenario) if each.certain]


def _judged(scenario: Scenario, load: Load) -> Iterator[Overload]:
    by_week, whom, of = load.by_week, _whom(load), len(load.work)
    over = np.flatnonzero(load.over)
    tight = np.flatnonzero(by_week > TIGHT)
    if load.endless:
        begins = _since(load, over)
        said = f"{whom} {_too_much(load, load.mean)}{_and_so(load)}"
        kind: Kind = "possible_overload" if load.at_most else "overload"
        yield _overload(
            scenario, load, kind, int((over >= begins).sum()), begins, f"{said} (from {_week(scenario, begins)} on)"
        )
    elif len(over):
        many = f"{_too_much(load, float(by_week[over].max()), 'up to ')} in {len(over)} of {of} weeks"
        kind = "possible_overload" if load.at_most else "overload_for_weeks"
        said = f"{whom} {many}{_worked_off(load)} (first in {_week(scenario, int(over[0]))})"
        yield _overload(scenario, load, kind, len(over), int(over[0]), said)
    elif load.mean > TIGHT or len(tight):
        weeks, begins = (len(tight), int(tight[0])) if len(tight) else (of, 0)
        share = max(load.mean, float(by_week.max())) if weeks < of else load.mean
        part = f"up to {_percent(share)} in {weeks} of {of} weeks" if weeks < of else _percent(share)
        said = f"{whom} has work for {part} of the time of {_who(load)}: waits are long, and little more is too much"
        yield _overload(scenario, load, "nearly_full", weeks, begins, f"{said} (first in {_week(scenario, begins)})")


def _overload(scenario: Scenario, load: Load, kind: Kind, weeks: int, begins: int, said: str) -> Overload:
    return Overload(kind, load, _first_day(scenario, begins), weeks, At(_path(scenario, load), said))


def _first_day(scenario: Scenario, week: int) -> dt.date:
    return scenario.run.start + dt.timedelta(weeks=week)


def _week(scenario: Scenario, week: int) -> str:
    since = _first_day(scenario, week)
    return f"the week of {since.day} {since:%B %Y}"


OF_RETURNS = ("inspection", "refurbishing")
"""What has staff and is no stage of the order cycle."""


def _whom(load: Load) -> str:
    if not load.site:
        return f"the supplier {load.stage}"
    of_returns = f"{load.stage} of returns" if load.stage in OF_RETURNS else load.stage
    return f"{of_returns} at {load.site}"


def _path(scenario: Scenario, load: Load) -> tuple[Part, ...]:
    if not load.site:
        return ("network", "suppliers", load.stage, "capacity")
    if load.stage in OF_RETURNS:
        return ("network", "sites", load.site, "returns", load.stage, "staff")
    names = [stage.stage for stage in scenario.network.sites[load.site].stages]
    return ("network", "sites", load.site, "stages", names.index(load.stage), "staff")  # type: ignore[arg-type]


def _who(load: Load) -> str:
    return "its staff" if load.site else "its capacity"


def _too_much(load: Load, share: float, at_most: str = "") -> str:
    who, has = _who(load), "would have" if load.at_most else "has"
    if not np.isfinite(share):
        return f"{has} work while {who} is not there"
    if abs(share - 1) < 5e-4 and not at_most:
        return f"{has} exactly as much work as {who} can do, and not all of it comes evenly"
    return f"{has} {at_most}{_times(share)} times the work that {who} can do"


def _times(share: float) -> str:
    """How many times.

    >>> _times(2.0), _times(1.25), _times(1.0999), _times(1.0004)
    ('2.0', '1.25', '1.1', '1.0004')
    """
    if share < 1.005:
        return f"{share:.5g}"
    text = f"{share:.2f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def _percent(share: float) -> str:
    """A share that is not yet the whole.

    >>> _percent(0.9333), _percent(0.9996), _percent(1.0)
    ('93 %', '99.9 %', '100 %')
    """
    return f"{100 * share:.0f} %" if share < 0.995 or share >= 1 else f"{int(1000 * share) / 10:g} %"


IF = ", if no order were lost, or met otherwise, on the way there"


def _and_so(load: Load) -> str:
    if load.at_most:
        return IF
    if load.leaves:
        return ": orders are turned away, or give up"
    if not load.site:
        return ": its deliveries come later and later"
    return ": the queue grows without end" if load.mean >= 1 + 5e-4 else ": the queue never settles"


def _since(load: Load, over: np.ndarray) -> int:
    """The week from which on the queue is never worked off again; where it is only just full, the first such week."""
    emptied = np.flatnonzero(load.waiting <= 1e-9 * np.maximum(load.hours, 1.0))
    last = int(emptied[-1]) + 1 if len(emptied) else 0
    return last if last < len(load.work) else int(over[0]) if len(over) else 0


def _worked_off(load: Load) -> str:
    if load.at_most:
        return IF
    if load.leaves:
        return ": orders are turned away, or give up"
    left, most = float(load.waiting[-1]), float(load.waiting.max())
    if left > 0.01 * most:
        return f": work piles up, and {left:.3g} hours of it are left at the end of the run"
    return f": up to {most:.3g} hours of work pile up, and are worked off later"
