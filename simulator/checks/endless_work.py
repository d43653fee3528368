"""Work that a calendar cannot hold: it is not done when the run ends, however long the run."""

from collections.abc import Iterator

import numpy as np

from simulator.planning.working_time import WorkingTime
from simulator.scenario.errors import At
from simulator.scenario.scenario import Scenario
from simulator.units import exact, in_words


def endless_work(scenario: Scenario) -> Iterator[At]:
    """Stages at which the work on one order is more than their hours from the start of the run to its end."""
    run, calendars = scenario.run, scenario.network.calendars
    opened = {
        name: exact(float(WorkingTime(each, run.start).open_before(np.array([run.horizon]))[0]))
        for name, each in calendars.items()
    }
    for site, settings in scenario.network.sites.items():
        for place, stage in enumerate(settings.stages):
            for part in ("time", "line_time"):
                law = getattr(stage, part)
                if law is None or stage.calendar is None or law.expected <= opened[stage.calendar]:
                    continue
                said = f"{stage.stage} takes {in_words(law.expected)} of work, and is open for "
                said += f"{in_words(opened[stage.calendar])} in the whole run: it is never done"
                yield At(("network", "sites", site, "stages", place, part), said, f"by the calendar {stage.calendar!r}")
