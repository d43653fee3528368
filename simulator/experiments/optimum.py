"""What an optimisation found: the winner with what fresh replications say of it, and every point that was tried."""

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.experiments.intervals import CONFIDENCE, Interval
from simulator.experiments.result import Result
from simulator.experiments.search.confirm import Confirmation, Confirmed
from simulator.experiments.search.goals import said
from simulator.experiments.search.race import Trial
from simulator.experiments.search.space import Point
from simulator.experiments.search.tried import Tried
from simulator.kpis import catalogue
from simulator.scenario.optimise import Constraint, Optimise
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


class Optimum:
    """The winner of an optimisation, and how sure it is."""

    def __init__(
        self, base: Scenario, section: Optimise, result: Result, tried: Tried,
        confirmations: Sequence[Confirmation], local: bool, where: str | Path | None, overrides: Sequence[str],
    ) -> None:  # fmt: skip
        self.base, self.section = base, section
        self.result = result
        """The base in the replications of the search."""
        self.trials, self.refused = tried.trials, tried.refused
        """Every point that was tried, in order, and those that the scenario does not take."""
        self.confirmations = list(confirmations)
        """What fresh replications say of the candidates; the last is the winner. Empty if no point has a value."""
        self.local = local
        """Whether every neighbour of the best point was tried, so that none of them is better."""
        self.where, self.overrides = where, tuple(overrides)
        """The file or name that the base was loaded from, and what was changed in it."""

    @property
    def winner(self) -> Trial:
        """The point that is recommended.

        Errors: ValueError if no point has a value.
        """
        if not self.confirmations:
            raise ValueError(f"no point has a value for {self.section.objective.kpi}")
        return self.confirmations[-1].trial

    @property
    def point(self) -> Point:
        """The values of the winner by path, as a what-if writes them."""
        return self.winner.point

    @property
    def scenario(self) -> Scenario:
        """The base with the values of the winner."""
        return self.winner.experiment.scenario

    @property
    def kpis(self) -> tuple[Confirmed, ...]:
        """The objective, then each constraint: base, winner and difference in fresh replications."""
        return self.confirmations[-1].kpis if self.confirmations else ()

    @property
    def holds(self) -> bool:
        """Whether every constraint is shown to hold, each with the confidence that was asked for."""
        return bool(self.confirmations) and self.confirmations[-1].holds

    @property
    def verdict(self) -> str:
        """In words: whether the constraints hold, and how the objective compares with the base."""
        if not self.confirmations:
            return f"nothing found: no point has a value for {self.section.objective.kpi}"
        if not self.section.subject_to:
            return self._against()
        if not self.holds:
            return f"not shown: {', '.join(said(each.goal) for each in self.kpis if not each.holds)}; {self._against()}"
        held = "all constraints hold" if len(self.section.subject_to) > 1 else "the constraint holds"
        base = "" if all(each.base_holds for each in self.kpis) else ", which is not shown of the base"
        return f"{held} with {self.sure} confidence{base}; {self._against()}"

    def _against(self) -> str:
        """The objective against the base, in words."""
        found, name = self.kpis[0].difference, said(self.section.objective)
        if found.low > 0 or found.high < 0:
            return f"{name} is {'higher' if found.low > 0 else 'lower'} than in the base"
        return f"{name} is not surely other than in the base"

    @property
    def sure(self) -> str:
        """The confidence that was asked for of the constraints, in words."""
        return ", ".join(
            f"{100 * level:.4g} %" for level in sorted({each.confidence for each in self.section.subject_to})
        )

    @cached_property
    def table(self) -> "pd.DataFrame":
        """Every point that was tried: values, objective, constraints, replications, and what came of it."""
        import pandas as pd

        return pd.DataFrame([self._row(trial) for trial in self.trials])

    def _row(self, trial: Trial) -> dict[str, Any]:
        names = [said(constraint) for constraint in self.section.subject_to]
        confirmed = {each.trial.number: each.holds for each in self.confirmations}
        fate = "" if trial.number not in confirmed else "holds" if confirmed[trial.number] else "not shown"
        return {
            "trial": trial.number, **trial.point, said(self.section.objective): trial.value,
            **dict(zip(names, trial.values, strict=True)), "replications": trial.played, "search": trial.fate,
            "confirmed": fate,
        }  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        from simulator import __version__

        section = self.section
        return {
            "scenario": self.base.name, "hash": self.base.hash, "seed": self.base.run.seed, "version": __version__,
            "objective": {"kpi": section.objective.kpi, "by": section.objective.by,
                          "goal": "minimise" if section.sign > 0 else "maximise"},
            "verdict": self.verdict, "holds": self.holds, "no_better_neighbour": self.local,
            "winner": {"point": self.point, "hash": self.scenario.hash, "trial": self.winner.number}
            if self.confirmations else None,
            "replications": {"search": section.replications.most, "confirmation": section.replications.fresh},
            "confirmed": [_json(each) for each in self.kpis],
            "refused": self.refused,
            "trials": [{key: _or_none(value) for key, value in self._row(trial).items()} for trial in self.trials],
        }  # fmt: skip


def _json(each: Confirmed) -> dict[str, Any]:
    goal = each.goal
    found: dict[str, Any] = {"kpi": goal.kpi, "by": goal.by, "unit": catalogue()[goal.kpi].unit}
    for name, part in (("base", each.base), ("winner", each.winner), ("difference", each.difference)):
        found[name] = _interval(part)
    if isinstance(goal, Constraint):
        found |= {"at_least": goal.at_least, "at_most": goal.at_most, "confidence": goal.confidence,
                  "bound": _or_none(each.bound), "holds": each.holds, "base_holds": each.base_holds}  # fmt: skip
    return found


def _interval(found: Interval) -> dict[str, Any]:
    return {"mean": _or_none(found.point), "low": _or_none(found.low), "high": _or_none(found.high),
            "confidence": CONFIDENCE}  # fmt: skip


def _or_none(value: Any) -> Any:
    """JSON has no nan."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
