"""Stages: the machinery of each stage of a site, put together from what the scenario says of it."""

from collections.abc import Iterable
from itertools import groupby

from simulator.ledger.facts import Abandoned, Batched, Held, Served
from simulator.ledger.ledger import Ledger, Record
from simulator.scenario.network import DESK, Stage
from simulator.scenario.scenario import Scenario
from simulator.scenario.working_time import WorkingTime
from simulator.world.capacity import OnCalendar, Serves, Staffed
from simulator.world.clock import Clock
from simulator.world.delays import Delay, Hold, Step, Timetable
from simulator.world.gathering import Batches, Waves
from simulator.world.impatience import Impatient
from simulator.world.work import WorkPlan


class Stages:
    """The stages of one site: `desk` are those before allocation, `dock` those after it; `counter` is a dock without
    transit, for what is collected."""

    def __init__(self, scenario: Scenario, name: str, clock: Clock, ledger: Ledger, work: WorkPlan) -> None:
        self.scenario, self.name, self.clock, self.ledger, self.work = scenario, name, clock, ledger, work
        self.staffed: list[Staffed] = []
        """The stages of the order cycle that have staff."""
        self._urgent = (
            len({segment.priority for segment in scenario.market.segments.values()}) > 1
            or any(rule.priority is not None for rule in scenario.service.rules)
            or any(contract.alert is not None for contract in scenario.service.contracts.values())
        )
        machines = [(stage, each) for place, stage in enumerate(work.stages) for each in self._stage(place, stage)]
        self.desk = self._in_a_row(each for stage, each in machines if stage.stage in DESK)
        self.dock = self._in_a_row(each for stage, each in machines if stage.stage not in DESK)
        self.counter = self._in_a_row(each for stage, each in machines if stage.stage not in (*DESK, "transit"))

    def inspection(self) -> Serves | None:
        """The desk that looks at what comes back; None where that takes no time."""
        desk = self.scenario.network.sites[self.name].returns.inspection
        if desk.time is None:
            return None
        number, served = self._number("inspection"), self.ledger.recorder(Served)
        if desk.staff is not None:
            return self._staffed(served, number, 0, desk.staff, desk.calendar, None)
        return Delay(self.clock, [Step(served, number, 0, self._calendar(desk.calendar), None, None, None)])

    def plan(self) -> list[Step]:
        """The stages as if none had a limit of staff."""
        return [
            self._step(self.ledger.recorder(Served), -1, place, stage) for place, stage in enumerate(self.work.stages)
        ]

    def _step(self, record: Record, number: int, place: int, stage: Stage) -> Step:
        table = Timetable(stage.departures, self.scenario.run.start) if stage.departures is not None else None
        return Step(record, number, place, self._calendar(stage.calendar), stage.cut_off, table, stage.waves)

    def _number(self, stage: str) -> int:
        self.ledger.stages.append((self.name, stage))
        return len(self.ledger.stages) - 1

    def _calendar(self, name: str | None) -> WorkingTime | None:
        if name is None:
            return None
        return WorkingTime(self.scenario.network.calendars[name], self.scenario.run.start)

    def _stage(self, place: int, stage: Stage) -> list[Serves | Step | Hold]:
        """What an order passes at one stage."""
        number, served = self._number(stage.stage), self.ledger.recorder(Served)
        found: list[Serves | Step | Hold] = []
        if stage.staff is None:
            found.append(self._step(served, number, place, stage))
        else:
            found.append(self._gathered(served, number, place, stage, stage.staff))
        if stage.hold is not None:
            found.append(Hold(self.ledger.recorder(Held), self.work.holds[place]))
        return found

    def _gathered(self, served: Record, number: int, place: int, stage: Stage, staff: int) -> Serves:
        """Staff, with the waves and batches in front of them."""

        def people(record: Record) -> Staffed:
            found = self._staffed(record, number, place, staff, stage.calendar, stage.cut_off)
            self.staffed.append(found)
            return found

        found: Serves
        if stage.batch is not None:
            columns = place, self.work.line_work[place]
            found = Batches(self.clock, stage.batch, columns, served, self.ledger.recorder(Batched), people)
        else:
            found = desk = people(served)
            if stage.places is not None or stage.patience is not None:
                abandoned, patience = self.ledger.recorder(Abandoned), self.work.patience.get(place)
                desk.queue = Impatient(desk, abandoned, stage.places, patience)
        return found if stage.waves is None else Waves(self.clock, served, number, stage.waves, found)

    def _staffed(
        self, record: Record, number: int, place: int, staff: int, calendar: str | None, cut_off: float | None
    ) -> Staffed:
        hours = self._calendar(calendar)
        if hours is None:
            return Staffed(self.clock, record, number, place, staff, self._urgent)
        return OnCalendar(self.clock, record, number, place, staff, self._urgent, hours, cut_off)

    def _in_a_row(self, machines: Iterable[Serves | Step | Hold]) -> list[Serves]:
        """The stages to pass; those without limits of capacity that follow each other become one delay."""
        row: list[Serves] = []
        for free, group in groupby(machines, lambda each: isinstance(each, (Step, Hold))):
            if free:
                row.append(Delay(self.clock, [each for each in group if isinstance(each, (Step, Hold))]))
            else:
                row += [each for each in group if not isinstance(each, (Step, Hold))]
        return row
