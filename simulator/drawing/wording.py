"""How numbers, KPIs and times are said on a page."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

from simulator.drawing.tables import show
from simulator.experiments.differences import CAP, Difference
from simulator.experiments.result import Estimate
from simulator.scenario.scenario import Scenario
from simulator.units import DAY

ENDINGS = {"_p50": ", median", "_p95": ", 95th percentile"}
TAKES_A_DAY = 48.0
"""So many hours and more are said in days."""


def title(kpi: str) -> str:
    """The name of a KPI as a person writes it.

    >>> title("line_fill_rate"), title("order_cycle_time_p95"), title("sla_breaches")
    ('Line fill rate', 'Order cycle time, 95th percentile', 'SLA breaches')
    """
    for ending, words in ENDINGS.items():
        if kpi.endswith(ending):
            return title(kpi.removesuffix(ending)) + words
    words = kpi.replace("_", " ")
    return f"SLA{words[3:]}" if words.startswith("sla ") else words.capitalize()


def figure(value: float, unit: str = "") -> str:
    """A number as it is printed; an en dash where there is none.

    >>> figure(0.9532, "share of orders"), figure(-1234.5), figure(999.7), figure(0.00001), figure(math.nan)
    ('95.3 %', '−1,234', '1,000', '0.00001', '–')
    """
    if not math.isfinite(value):
        return "–"
    text = show(value, unit)
    if "e" in text:
        text = f"{value:,.0f}" if abs(value) >= 1 else f"{value:.6f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def half(found: Estimate) -> str:
    """The half width of an interval as it is printed; "" where there is none.

    >>> half(Estimate("on_time", "", "", "share of orders", 0.95, 0.946, 0.954, 20))
    '± 0.40'
    """
    if not math.isfinite(found.half_width):
        return ""
    if found.unit.startswith("share"):
        return f"± {100 * found.half_width:.2f}"
    return f"± {found.half_width:,.0f}" if abs(found.mean) >= 1000 else f"± {figure(float(f'{found.half_width:.2g}'))}"


def said(found: Estimate) -> tuple[str, str]:
    """A KPI's mean and half width with its unit, times of two days and more in days.

    >>> said(Estimate("order_cycle_time", "", "", "hours", 96.0, 88.8, 103.2, 20))
    ('4 days', '± 0.3')
    """
    if found.unit == "hours" and abs(found.mean) >= TAKES_A_DAY:
        daily = replace(found, unit="days", mean=found.mean / DAY, low=found.low / DAY, high=found.high / DAY)
        return f"{figure(daily.mean)} days", half(daily)
    unit = found.unit.removeprefix("money").strip()
    text = figure(found.mean, found.unit)
    return (text if unit.startswith("share") or not unit else f"{text} {unit}"), half(found)


def lasting(hours: float) -> str:
    """A duration in words.

    >>> lasting(0.25), lasting(3.0), lasting(60.0), lasting(480.0)
    ('15 min', '3 h', '2.5 days', '20 days')
    """
    if hours < 1:
        return f"{hours * 60:.0f} min"
    if hours < TAKES_A_DAY:
        return f"{hours:.1f}".removesuffix(".0") + " h"
    days = f"{hours / DAY:.1f}".removesuffix(".0") if hours < 10 * DAY else f"{hours / DAY:,.0f}"
    return f"{days} days"


def moment(scenario: Scenario, at: float) -> dt.datetime:
    """The date and time so many hours after the start of the run."""
    return dt.datetime.combine(scenario.run.start, dt.time()) + dt.timedelta(hours=at)


def date(scenario: Scenario, at: float) -> str:
    """The date so many hours after the start of the run, such as "5 Jan 2026"."""
    when = moment(scenario, at)
    return f"{when.day} {when:%b} {when.year}"


def day(scenario: Scenario, at: float) -> str:
    """The date in a table: without the year where the run is too short for doubt."""
    text = date(scenario, at)
    return text if scenario.run.horizon >= 360 * DAY else text.rsplit(" ", 1)[0]


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "order"), counted(1200, "order")
    ('1 order', '1,200 orders')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: list[str]) -> str:
    """Names as a phrase.

    >>> listed(["holding", "labour", "freight"])
    'holding, labour and freight'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def short(each: Difference) -> str:
    """The verdict, for a table."""
    if each.verdict != "undecided" or not math.isfinite(each.high - each.low):
        return each.verdict
    return f"undecided, {'~' if each.more is not None else '> '}{each.more or CAP:,} more"


def alike(differences: Sequence[Difference]) -> list[str]:
    """The KPIs that are the same in every replication, whatever the alternative and the slice."""
    moving = {each.kpi for each in differences if not each.same}
    return [kpi for kpi in dict.fromkeys(each.kpi for each in differences) if kpi not in moving]
