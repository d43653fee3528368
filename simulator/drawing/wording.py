"""How numbers, KPIs and times are said on a page."""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from simulator.units import DAY

ENDINGS = {"_p50": ", median", "_p95": ", 95th percentile"}
LETTERS = re.compile(r"\b(ces|csat|nps|sla)\b")
"""Words that are said by their letters."""
TAKES_A_DAY = 48.0
"""So many hours and more are said in days."""


class Measured(Protocol):
    """A KPI as it is said: its mean with an interval, whose ends are nan where there is none."""

    @property
    def kpi(self) -> str: ...
    @property
    def label(self) -> str:
        """Which slice; "" for the whole."""
        ...

    @property
    def unit(self) -> str: ...
    @property
    def mean(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def half_width(self) -> float: ...


class Number(NamedTuple):
    """A number with an interval of its own, such as the same in other units."""

    unit: str
    mean: float
    low: float = math.nan
    high: float = math.nan
    kpi: str = ""
    label: str = ""

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def title(kpi: str) -> str:
    """The name of a KPI as a person writes it.

    >>> title("line_fill_rate"), title("order_cycle_time_p95"), title("sla_breaches"), title("true_nps")
    ('Line fill rate', 'Order cycle time, 95th percentile', 'SLA breaches', 'True NPS')
    """
    for ending, words in ENDINGS.items():
        if kpi.endswith(ending):
            return title(kpi.removesuffix(ending)) + words
    words = kpi.replace("_", " ")
    return words[:1].upper() + LETTERS.sub(lambda found: found[0].upper(), words)[1:]


def show(value: float, unit: str) -> str:
    """A value as it is read: shares in per cent, large numbers without decimals.

    >>> show(0.9532, "share of order lines"), show(1234.6, "units"), show(float("nan"), "units")
    ('95.3 %', '1,235', '-')
    """
    if not math.isfinite(value):
        return "-"
    if unit.startswith("share"):
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


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


ROUNDING = 1e-9
"""Of a number: by no more than this are those apart that differ by rounding alone."""
EVEN = 0.005
"""By so much of its width the middle of an interval may lie beside its mean before its ends are said."""


def half(found: Measured) -> str:
    """The interval beside a mean: half its width, or its ends where they are not equally far away; "" for none.

    >>> half(Number("share of orders", 0.95, 0.946, 0.954)), half(Number("units", 235.0, 125.0, 345.0))
    ('± 0.40', '± 110')
    >>> half(Number("share of orders", 0.94, 0.706, 0.99)), half(Number("hours", 2.0, 1.5, math.nan))
    ('70.6 to 99.0 %', 'from 1.5')
    """
    low, high = found.low, found.high
    if not (math.isfinite(low) and math.isfinite(high)):
        return one_sided(low, high, found.unit)
    if abs(low + high - 2 * found.mean) > max(2 * EVEN * (high - low), ROUNDING * abs(found.mean)):
        return ends(low, high, found.unit)
    if found.unit.startswith("share"):
        return f"± {100 * found.half_width:.2f}"
    return f"± {found.half_width:,.0f}" if abs(found.mean) >= 1000 else f"± {figure(float(f'{found.half_width:.2g}'))}"


NOTHING = {"–", "0", "0 ±\u00a00"}
"""What stands in a cell where nothing happened."""


def in_a_cell(found: Measured | None) -> str:
    """A mean and its interval in one cell of a table of kind `dense`: they may stand below each other, unbroken.

    >>> in_a_cell(Number("share of orders", 0.94, 0.706, 0.99)).replace("\u00a0", "_"), in_a_cell(None)
    ('94.0_% 70.6_to_99.0_%', '–')
    """
    if found is None or math.isnan(found.mean):
        return "–"
    return " ".join(each.replace(" ", "\u00a0") for each in (figure(found.mean, found.unit), half(found)) if each)


def with_interval(mean: str, found: Measured) -> str:
    """A mean, as it is said, with its interval beside it.

    >>> with_interval("94.0 %", Number("share of orders", 0.94, 0.706, 0.99)), with_interval("5", Number("units", 5.0))
    ('94.0 % (70.6 to 99.0 %)', '5')
    """
    around = half(found)
    return f"{mean} {around}" if around.startswith("±") else f"{mean} ({around})" if around else mean


def one_sided(low: float, high: float, unit: str) -> str:
    """An interval of which one end is not known."""
    if math.isfinite(low):
        return f"from {figure(low, unit)}"
    return f"up to {figure(high, unit)}" if math.isfinite(high) else ""


def ends(low: float, high: float, unit: str = "") -> str:
    """The ends of an interval, with so many decimals as tell them apart.

    >>> ends(0.9967, 1.0, "share of orders"), ends(-3.25, 11.5), ends(1234.5, 1890.0)
    ('99.67 to 100.00 %', '−3 to 12', '1,234 to 1,890')
    """
    share = unit.startswith("share")
    scale = 100.0 if share else 1.0
    width, size = high - low, max(abs(low), abs(high))
    size = scale * (width if width > ROUNDING * size else size)
    decimals = min(max(int(share), 1 - math.floor(math.log10(size)) if size > 0 else 0), 9)
    text = " to ".join(f"{scale * end:,.{decimals}f}" for end in (low, high)).replace("-", "−")
    return f"{text} %" if share else text


def said(found: Measured) -> tuple[str, str]:
    """A KPI's mean and half width with its unit, times of two days and more in days.

    >>> said(Number("hours", 96.0, 88.8, 103.2))
    ('4 days', '± 0.3')
    """
    if found.unit == "hours" and abs(found.mean) >= TAKES_A_DAY:
        daily = Number("days", found.mean / DAY, found.low / DAY, found.high / DAY)
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


def moment(start: dt.date, at: float) -> dt.datetime:
    """The date and time so many hours after the midnight at which a run begins."""
    return dt.datetime.combine(start, dt.time()) + dt.timedelta(hours=at)


def clock(start: dt.date, at: float) -> str:
    """That date and time as a story tells it.

    >>> clock(dt.date(2026, 1, 5), 30.5)
    'Tue 2026-01-06 06:30'
    """
    return f"{moment(start, at):%a %Y-%m-%d %H:%M}"


def date(start: dt.date, at: float) -> str:
    """That date.

    >>> date(dt.date(2026, 1, 5), 30.5)
    '6 Jan 2026'
    """
    when = moment(start, at)
    return f"{when.day} {when:%b} {when.year}"


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


def of_line(words: str) -> Callable[[Any, Any, Mapping[int, str]], str]:
    """How a story tells a fact of units of a line, whose SKUs it knows: words, {} being the goods."""
    return lambda ledger, fact, named: words.format(f"{fact.units:g} x {named[fact.line]}")
