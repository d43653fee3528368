"""Working times of a site's stages, drawn at order entry from the orders' own streams."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from simulator.scenario.distributions import Duration
from simulator.scenario.network import Stage
from simulator.scenario.order_desk import EntryMode
from simulator.world.streams import Streams

NO_WORK: list[float] = []


class WorkPlan:
    """One column for each stage, and after them one for whatever else a stage needs to know of an order:
    the work on its lines where orders are batched, its patience, and how long its credit is held."""

    def __init__(self, site: str, stages: Sequence[Stage], modes: Mapping[str, EntryMode], streams: Streams) -> None:
        self.site, self.stages, self.modes, self.streams = site, stages, modes, streams
        self.columns = len(stages)
        self.line_work = {place: self._column() for place, stage in enumerate(stages) if stage.batch is not None}
        self.patience = {place: self._column() for place, stage in enumerate(stages) if stage.patience is not None}
        self.holds = {place: self._column() for place, stage in enumerate(stages) if stage.hold is not None}
        self._later = [(self._draws(stage.stage, stage.time), self._draws(f"{stage.stage} by line", stage.line_time))
                       for stage in stages]  # fmt: skip
        self._later_patience = [(column, self._draws(f"{stages[place].stage} patience", stages[place].patience))
                                for place, column in self.patience.items()]  # fmt: skip
        self._kept: dict[str, np.random.Generator] = {}

    def _column(self) -> int:
        self.columns += 1
        return self.columns - 1

    def _draws(self, stage: str, law: Duration | None) -> Callable[[], float]:
        """Single draws for later shipments; `float` gives 0.0 where there is no law."""
        return self.streams.draws(f"later shipments of {self.site}: {stage}", law.sample) if law is not None else float

    def draw(
        self, segment: str, lines: np.ndarray, entered: Sequence[str | None], caught: np.ndarray | None
    ) -> list[list[float]]:
        """The work of new orders: a list for each.

        `lines` counts the lines of each, `entered` names its entry mode (empty where no order has one), and `caught`
        says in which of them verification will find an error.
        """
        if not self.stages:
            return [NO_WORK] * len(lines)
        work = np.zeros((len(lines), self.columns))
        for place, stage in enumerate(self.stages):
            name = f"{segment} at {self.site}: {stage.stage}"
            self._fill(work, place, name, stage, lines, entered)
            if stage.rework is not None and caught is not None:
                work[:, place] += np.where(caught, self._sample(f"{name} rework", stage.rework, len(lines)), 0.0)
            if stage.patience is not None:
                work[:, self.patience[place]] = self._sample(f"{name} patience", stage.patience, len(lines))
            if stage.hold is not None:
                held = self._rng(f"{name} held").random(len(lines)) < stage.hold.rate
                hours = self._sample(f"{name} hold", stage.hold.time, len(lines))
                work[:, self.holds[place]] = np.where(held, hours, 0.0)
        found: list[list[float]] = work.tolist()
        return found

    def _fill(
        self, work: np.ndarray, place: int, name: str, stage: Stage, lines: np.ndarray, entered: Sequence[str | None]
    ) -> None:
        """The work of one stage: by order, and by line beside it or in a column of its own."""
        column = self.line_work.get(place, place)
        for label, time, line_time, mine in self._laws(name, stage, entered):
            work[mine, place] = work[mine, column] = 0.0  # a mode replaces the stage's own time
            if time is not None:
                work[mine, place] = self._sample(label, time, len(lines))[mine]
            if line_time is not None:
                each = self._sample(f"{label} by line", line_time, int(lines.sum()))
                work[mine, column] += np.bincount(np.repeat(np.arange(len(lines)), lines), each, len(lines))[mine]

    def _laws(
        self, name: str, stage: Stage, entered: Sequence[str | None]
    ) -> Iterator[tuple[str, Duration | None, Duration | None, np.ndarray | slice]]:
        """Stream, laws and orders: the stage's own, but at entry those of the mode that an order is entered in.

        Every law is drawn for every order, so that an order that changes its mode leaves the others' luck alone.
        """
        modes = {mode: self.modes[mode] for mode in dict.fromkeys(entered) if mode is not None}
        timed = {mode: each for mode, each in modes.items() if each.takes_time} if stage.stage == "entry" else {}
        yield name, stage.time, stage.line_time, slice(None)
        for mode, each in sorted(timed.items()):
            mine = np.array([other == mode for other in entered])
            yield f"{name} by {mode}", each.time, each.line_time, mine

    def _sample(self, name: str, law: Duration, size: int) -> np.ndarray:
        return law.sample(self._rng(name), size)

    def fresh(self, lines: int) -> list[float]:
        """Working times of a shipment of so many lines that was not planned at order entry, or of an order that
        another site serves: that is not held, and where only the entry modes give a time takes the mean of theirs."""
        work = [0.0] * self.columns
        for place, (once, each) in enumerate(self._later):
            work[place] += once()
            work[self.line_work.get(place, place)] += sum(each() for _ in range(lines))
            if not self.stages[place].takes_time:
                work[place] = self.expected(place, lines)
        for column, patience in self._later_patience:
            work[column] = patience()
        return work

    def expected(self, place: int, lines: int) -> float:
        """Mean working time of a stage for so many lines; where only the entry modes give one, the mean of theirs."""
        stage = self.stages[place]
        laws: list[Stage | EntryMode] = [stage]
        if stage.stage == "entry" and stage.time is None and stage.line_time is None:
            laws = [mode for mode in self.modes.values() if mode.takes_time]
        once = sum(law.time.expected for law in laws if law.time is not None)
        by_line = sum(law.line_time.expected for law in laws if law.line_time is not None)
        return (once + lines * by_line) / max(len(laws), 1)

    def _rng(self, name: str) -> np.random.Generator:
        if name not in self._kept:
            self._kept[name] = self.streams.rng(name)
        return self._kept[name]
