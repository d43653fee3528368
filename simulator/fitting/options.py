"""What a fit is asked for: which columns, what kind of demand, and what to assume where a history is silent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MODES = ("sampled", "resampled", "replayed")
"""How the scenario's orders come about: from fitted laws, whole orders drawn from the history, or the history."""


class FitError(Exception):
    """A history that cannot be fitted, or an option that makes no sense; the message says why and what to do."""


def _gamma() -> dict[str, Any]:
    return {"gamma": {"mean": "2 weeks", "cv": 0.3}}


@dataclass(frozen=True)
class Options:
    """Settings of a fit; the defaults are assumptions that the scenario lists as such."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Role -> column name (order, time, sku, units, price, segment, channel, customer, type), and `sale`, `return`:
    what the type column says of each. Roles left out are found by their usual names."""
    demand: str = "sampled"
    """One of `MODES`."""
    target: float = 0.95
    """Unit fill rate that stock is sized for, a share."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """ABC class -> unit fill rate, where it differs from `target`."""
    cover: str = "2 weeks"
    """One replenishment order covers this long a time of mean demand."""
    lead_time: str | Mapping[str, Any] = field(default_factory=_gamma)
    """From replenishment order to receipt: a time, or a law as a scenario writes it."""
    cost_share: float = 0.5
    """Cost of a unit as a share of its price."""
    holding: str = "20 % per year"
    """Rate of keeping stock."""
    promise: str = "3 days"
    """Delivery time promised to every order."""
    name: str | None = None
    """Name of the scenario; made from the file's name where left out."""
    about: str = ""
    """The question it answers."""
    weeks: int = 52
    """Weeks measured, after a warm-up of 8; replayed demand runs as long as the history."""
    seed: int = 1
    """Which luck the scenario starts with."""

    def check(self) -> None:
        """Every setting makes sense. Errors: FitError names the first that does not."""
        from simulator.scenario.distributions import Duration
        from simulator.units import cost_rate, hours

        if self.demand not in MODES:
            raise FitError(f"demand is one of {', '.join(MODES)}; found {self.demand!r}")
        for name, value in {"target": self.target, **{f"targets.{k}": v for k, v in self.targets.items()}}.items():
            if not 0 < value < 1:
                raise FitError(f"{name}: a share between 0 and 1, both left out, is expected; found {value!r}")
        if unknown := set(self.targets) - set("ABC"):
            raise FitError(f"targets: the classes are A, B and C; found {', '.join(sorted(unknown))}")
        if not 0 <= self.cost_share <= 1 or self.weeks < 1 or self.seed < 0:
            raise FitError("cost_share lies between 0 and 1, weeks is 1 or more, seed 0 or more")
        readers: dict[str, Callable[[Any], Any]] = {
            "cover": hours, "promise": hours, "holding": cost_rate, "lead_time": Duration.model_validate,
        }  # fmt: skip
        for name, reader in readers.items():
            try:
                reader(getattr(self, name))
            except ValueError as error:
                raise FitError(f"{name}: {_first_line(error)}") from None


def _first_line(error: ValueError) -> str:
    """What is wrong, without the frame that pydantic puts around it."""
    lines = [line.strip() for line in str(error).splitlines() if "Value error, " in line]
    return (lines[0].split("Value error, ", 1)[1] if lines else str(error).splitlines()[0]).split(" [type=")[0]
