"""What `simulator optimise` may change, what it is to reach, and what must hold."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from simulator.model import Model
from simulator.units import Amount, amount, hours, share, writes, written_amount


def _goal(value: Any) -> Any:
    return {"kpi": value} if isinstance(value, str) else value


def _bound(value: Any) -> float:
    """A KPI's value: a number in its unit, a share in per cent, or a duration, which is in hours."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    for read in (share, hours):
        try:
            return read(value)
        except ValueError:
            continue
    raise ValueError(f"a number in the KPI's unit is expected, such as 0.97, '97 %' or '2 days'; found {value!r}")


Bound = Annotated[
    float,
    BeforeValidator(_bound),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}], "examples": [0.97, "97 %", "2 days"]}),
]
"""What a KPI must reach, in its own unit."""
Quantity = Annotated[
    Amount,
    BeforeValidator(amount),
    writes(written_amount),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}], "examples": [12, "2 days", "90 %"]}),
]
"""A number with the unit that the scenario writes after it, if any."""


class Goal(Model):
    """A KPI of the whole, or of one slice. The name of a KPI alone is the whole."""

    kpi: str
    """Which; `simulator kpis` lists them."""
    by: Annotated[dict[str, str], Field(max_length=1)] = {}
    """The slice, such as {segment: key_accounts}; the whole if left out."""


class Constraint(Goal):
    """A KPI that must not be below, or above, a value; it holds where the confidence bound says so."""

    at_least: Bound | None = None
    """The lowest value that will do, such as 97 %."""
    at_most: Bound | None = None
    """The highest value that will do, such as 30 min."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Of the one-sided bound that must keep to it."""


class Decision(Model):
    """What a value of the scenario may be: between two ends, or one of several."""

    low: Quantity | None = None
    """The lowest value, with its unit."""
    high: Quantity | None = None
    """The highest value, in the same unit."""
    step: Quantity | None = None
    """Distance of the values that may be taken, counted from `low`: 1 for whole numbers. Left out, a power of
    ten: a hundredth of the range or finer."""
    log: bool = False
    """Search by ratio rather than by distance, for ranges over several powers of ten."""
    choices: Annotated[tuple[Any, ...], Field(min_length=2)] | None = None
    """The values to choose from, instead of a range; rules too."""


class Replications(Model):
    """How often a point is played."""

    first: Annotated[int, Field(ge=2)] = 4
    """Before it is judged for the first time; twice as many before each further time."""
    most: Annotated[int, Field(ge=2)] = 20
    """If it is not dropped before."""
    confirm: Annotated[int, Field(ge=2)] | None = None
    """Replications of their own that confirm the winner; twice `most` if left out."""

    @property
    def fresh(self) -> int:
        """How many confirm the winner."""
        return self.confirm or 2 * self.most


class Optimise(Model):
    """Decisions, an objective and constraints for `simulator optimise`; a plain run is not changed by them."""

    minimise: Annotated[Goal, BeforeValidator(_goal)] | None = None
    """The KPI to have as low as can be, such as total_cost."""
    maximise: Annotated[Goal, BeforeValidator(_goal)] | None = None
    """The KPI to have as high as can be, instead."""
    subject_to: tuple[Constraint, ...] = ()
    """What must hold, all of it."""
    decisions: Annotated[dict[str, Decision], Field(min_length=1)]
    """By path, such as network.sites.warehouse.stages[1].staff."""
    trials: Annotated[int, Field(ge=1)] = 40
    """How many points are tried at most; where there are no more than that, every one."""
    replications: Replications = Replications()
    """How often each is played."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    """The random numbers of the search, not of the runs."""

    @property
    def objective(self) -> Goal:
        """What is as low or as high as can be."""
        found = self.minimise or self.maximise
        assert found is not None
        return found

    @property
    def sign(self) -> int:
        """1 where less is better, -1 where more is."""
        return 1 if self.minimise is not None else -1
