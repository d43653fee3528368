"""The points that have been tried, each once, and the best of them."""

from collections.abc import Callable, Sequence

from simulator.experiments.executors import Workforce
from simulator.experiments.experiment import Experiment
from simulator.experiments.search.race import Told, Trial, race
from simulator.experiments.search.space import Places, Point, Space
from simulator.scenario.errors import ScenarioError
from simulator.scenario.optimise import Optimise

BATCH = 4
"""Points that are proposed together, so that the search is the same with any number of workers."""


class Tried:
    """What a search knows so far. `begin` makes an experiment of a point."""

    def __init__(
        self, crew: Workforce, section: Optimise, space: Space, begin: Callable[[Point], Experiment], told: Told
    ) -> None:
        self.section, self.space = section, space
        self.trials: list[Trial] = []
        self.refused: list[Point] = []
        """Points that the scenario does not take, such as a minimum above the maximum."""
        self._crew, self._begin, self._told = crew, begin, told
        self._known: dict[tuple[str, ...], Trial] = {}

    @property
    def left(self) -> int:
        """How many points may still be tried."""
        return min(self.section.trials, self.space.size) - len(self.trials)

    def knows(self, places: Places) -> bool:
        """Whether a point has been tried."""
        point = self.space.point(places)
        return point in self.refused or tuple(point.values()) in self._known

    def play(self, proposed: Sequence[Places]) -> list[Trial | None]:
        """The trials of points, in order; those that are new race side by side. None for a point that is refused."""
        found: list[Trial | None] = []
        new: list[Trial] = []
        for places in proposed:
            point = self.space.point(places)
            key = tuple(point.values())
            if not self.knows(places):
                try:
                    trial = Trial(len(self.trials) + len(new) + 1, places, point, self._begin(point))
                except ScenarioError:
                    self.refused.append(point)
                else:
                    self._known[key] = trial
                    new.append(trial)
            found.append(self._known.get(key))
        if new:
            race(self._crew, new, best(self.trials, self.section), self.section, self._told)
            self.trials += new
        return found

    @property
    def nearest(self) -> Trial | None:
        """The best of the points that hold; where none does, the one that misses least."""
        return nearest(self.trials, self.section)


def best(trials: Sequence[Trial], section: Optimise) -> Trial | None:
    """The best of the points whose constraints are all shown to hold; of equals the first."""
    held = [trial for trial in trials if trial.fate == "holds"]
    return min(held, key=lambda trial: section.sign * trial.value, default=None)


def nearest(trials: Sequence[Trial], section: Optimise) -> Trial | None:
    """The best of those that hold; if none does, the one that misses least; None if no point has a value."""
    known = [trial for trial in trials if trial.fate != "no value"]
    missing = min(known, key=lambda trial: (trial.shortfall, section.sign * trial.value), default=None)
    return best(trials, section) or missing
