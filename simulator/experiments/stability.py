"""Whether a result settles: overload that follows from the scenario, and what the replications say of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulator.checks.conflicts import scenario_warnings
from simulator.checks.overload import overloads, unstable
from simulator.replication.measure import catalogue
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    from simulator.experiments.result import Estimate, Result

BUSY = 0.9
"""From this utilisation on a stage is worth a line of its own."""
SATURATED = 0.995
"""A stage that settles has idle time: one that is busy for more of it than this, over all replications, has none."""


def never_settles(result: "Result") -> str:
    """Why the figures of a result depend on the length of the run, in words; "" if nothing says so.

    Overload follows from the scenario. Where something on the way may take work away, or make more of it, such as
    shortages and later shipments, the stage must also have been busy all the time in the replications.
    """
    said = [each.message for each in unstable(result.scenario)]
    if said:
        return "; ".join(said)
    known = {_label(result, each.load.site, each.load.stage): each for each in overloads(result.scenario)}
    for stage in _stages(result):
        about = known.get(stage.label)
        bounded = stage.label in _bounded(result.scenario) or (about is not None and about.load.regular)
        if stage.mean >= SATURATED and not bounded:
            return (
                about.message
                if about is not None and about.load.endless
                else (f"{stage.label} was busy {100 * stage.mean:.1f} % of the time: its queue does not settle")
            )
    return ""


def busy_stages(result: "Result") -> "list[Estimate]":
    """Utilisation of the stages and suppliers that are busy for more than 90 % of the time, the busiest first."""
    return sorted((each for each in _stages(result) if each.mean > BUSY), key=lambda each: -each.mean)


def warned(result: "Result") -> list[dict[str, Any]]:
    """Every warning of a result as plain data, words and numbers: what follows from the scenario, and what is seen."""
    idle = {each.label for each in _stages(result) if each.mean < BUSY}
    found = [
        each
        for each in scenario_warnings(result.scenario)
        if each["kind"] != "possible_overload" or _label(result, each["site"], each["stage"]) not in idle
    ]
    seen = never_settles(result)
    if seen and not any(each["message"] in seen for each in found):
        found.append({"kind": "overload", "path": "", "message": seen})
    return [*found, *_unfinished(result)]


def _unfinished(result: "Result") -> "Iterator[dict[str, Any]]":
    """Where times are at least what is shown, since something had not ended when it was followed no longer."""
    by_share: dict[str, list[str]] = {}
    for kpi in result.kpi_names:
        if result.unfinished(kpi):
            by_share.setdefault(catalogue()[kpi].unfinished, []).append(kpi)
    for share, kpis in by_share.items():
        what, open_share = share.removeprefix("unfinished_"), result.unfinished(kpis[0])
        message = (
            f"{100 * open_share:.3g} % of the {what} had not ended when they had been followed for as long again as "
            f"the run, and count with their time so far: the true {', '.join(kpis)} are longer than shown, by "
            f"{100 * open_share:.3g} % of what is still to come"
        )
        yield {"kind": "unfinished", "path": "", "message": message, "share": open_share, "kpis": kpis}


def _stages(result: "Result") -> "Iterator[Estimate]":
    if "utilisation" not in result.kpi_names or "stage" not in result.dimensions():
        return
    for label in result.labels("stage"):
        try:
            found = result.estimate("utilisation", "stage", label)
        except KeyError:
            continue
        if found.replications and found.mean == found.mean:
            yield found


def _label(result: "Result", site: str, stage: str) -> str:
    """How the KPIs call a stage: with its site where several sites have it."""
    return f"{site} {stage}" if f"{site} {stage}" in result.labels("stage") else stage


def _bounded(scenario: Scenario) -> set[str]:
    """The stages whose queue orders leave: busy all the time they may be, and still settle."""
    return {
        name
        for site, settings in scenario.network.sites.items()
        for stage in settings.stages
        if stage.places is not None or stage.patience is not None
        for name in (stage.stage, f"{site} {stage.stage}")
    }
