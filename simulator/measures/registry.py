"""What a KPI is: a small function of the facts, with unit, direction, denominator and SCOR code."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from simulator.measures.slices import Sliced
from simulator.plugins import added, load_installed, taken

Better = Literal["higher", "lower", "neither"]


Function = Callable[..., Sliced | None]
"""Takes the view of a run."""
F = TypeVar("F", bound=Callable[..., Sliced | None])


@dataclass(frozen=True)
class Kpi:
    """A KPI as the catalogue shows it."""

    name: str
    unit: str
    better: Better
    denominator: str
    scor: str
    definition: str
    function: Function
    follows: bool
    """Whether what was begun in the measured time is followed to its end, beyond the horizon."""

    @property
    def unfinished(self) -> str:
        """The KPI that says how much of what this is a time of never came to its end; "" where this is no such time."""
        if not self.follows or self.unit != "hours":
            return ""
        return "unfinished_supplies" if "replenishment" in self.denominator else "unfinished_orders"

    @property
    def proportion(self) -> bool:
        """Whether it lies between 0 and 1: a share, but no difference of shares, and no share of a covariance."""
        return self.unit.startswith("share") and self.unit not in ("share points", "share of variance")


SCOR = "SCOR 12.0"
"""The version that the codes are of; they moved between versions."""

_found: dict[str, Kpi] = {}
_written: list[str] = []


def kpi(*, unit: str, better: Better, of: str, scor: str = "", follows: bool = False) -> Callable[[F], F]:
    """Register a function as a KPI under its own name; the function itself is given back unchanged.

    `of` is the denominator in words. The function gives None where the scenario has nothing to measure. With `follows`
    it is given the view in which orders, lines and jobs of the measured time have come to their end; that is for
    waits, ages, and what is decided in the end. Without it the view ends at the horizon; that is for averages over
    time, money, and what is known at once.

    Errors: TypeError if there is a KPI of that name already.
    """

    def register(function: F) -> F:
        name = function.__name__
        if name in _found and (error := taken(f"a KPI {name!r}", _found[name].function, function)):
            raise error
        _found[name] = Kpi(name, unit, better, of, scor, inspect.getdoc(function) or "", function, follows)
        _written.append(name)
        added(function, lambda: _forget(name))
        return function

    return register


def _forget(name: str) -> None:
    _found.pop(name, None)


def decided(function: Function) -> bool:
    """Whether a KPI is a proportion, decided one by one."""
    return function.__name__ in _found and _found[function.__name__].proportion


def follows(function: Function) -> bool:
    """Whether a KPI follows what was begun in the measured time to its end."""
    return function.__name__ in _found and _found[function.__name__].follows


def edition() -> int:
    """Another number whenever a KPI was defined, or defined anew."""
    return len(_written)


def registered() -> dict[str, Kpi]:
    """Every KPI that is defined so far, by name; those of installed packages are."""
    load_installed()
    return _found


ACTIVITIES = (
    "holding",
    "replenishment",
    "order_handling",
    "line_handling",
    "labour",
    "freight",
    "backorder",
    "lost_sale",
    "return_requests",
    "return_freight",
    "returns_handling",
    "refurbishing",
    "write_off",
    "fixed",
    "emergency_supply",
    "transshipment",
    "express",
    "overrides",
    "error_correction",
    "short_payment",
    "sla_penalty",
    "contacts",
    "contact_staff",
    "service_travel",
    "service_labour",
    "spare_parts",
    "service_penalties",
    "acquisition",
)
"""What costs are made of, in the order in which it is told; what other mechanisms add comes last."""

_added: list[str] = []


def add_activity(name: str) -> None:
    """Make an activity known."""
    if name not in (*ACTIVITIES, *_added):
        _added.append(name)


def activities() -> list[str]:
    """The names of all activities."""
    return [*ACTIVITIES, *_added]
