"""Order histories with known parameters, made by the tests themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from simulator.fitting import Fit, fit

HEADER = "order,type,time,segment,channel,customer,sku,units,price"
WEEKDAYS = np.array([1.2, 1.1, 1.0, 1.0, 0.7, 0.0, 0.0])
HOURS = np.zeros(24)
HOURS[8:17] = [1, 2, 3, 3, 2, 2, 1, 1, 1]
PRICES = {"mug": 3.0, "lamp": 40.0, "card": 0.5, "bowl": 6.0}
UNITS = {"mug": 4.0, "lamp": 1.2, "card": 30.0, "bowl": 4.0}
"""Mean units of a line (geometric)."""


@dataclass(frozen=True)
class Known:
    """The parameters that a history was made with."""

    weeks: int = 52
    per_day: float = 40.0
    cv: float = 0.3
    lines: float = 4.0
    rate: float = 0.06
    """Return lines per line sold."""
    lag: float = 4.0
    """Days from order to return, 2 days and more (exponential beyond)."""
    part: float = 0.5
    season: float = 0.0
    """December sells this much more, as a share."""


def write(file: Path, known: Known) -> Path:
    """Write a history with known parameters."""
    file.write_text("\n".join([HEADER, *_lines(known, np.random.default_rng(1))]) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def make(tmp_path: Path) -> Callable[[Known], Path]:
    """Writes a history with known parameters and names its file."""
    return lambda known: write(tmp_path / "orders.csv", known)


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    """The fit of a year of `Known()`."""
    return fit(write(tmp_path_factory.mktemp("year") / "orders.csv", Known()))


@pytest.fixture
def rows(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows below the usual header and names the file."""

    def write(*lines: str, header: str = HEADER, name: str = "orders.csv") -> Path:
        file = tmp_path / name
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return file

    return write


def _lines(known: Known, rng: np.random.Generator) -> list[str]:
    """A year from Monday, 5 January 2026, on; one order of five is a shop's, by phone."""
    found, number = [], 0
    days = np.arange(known.weeks * 7)
    date = np.datetime64("2026-01-05") + days
    december = date.astype("datetime64[M]").astype(int) % 12 == 11
    busy = rng.gamma(known.cv**-2, known.cv**2, len(days)) if known.cv else np.ones(len(days))
    mean = known.per_day * WEEKDAYS[days % 7] * busy * (1 + known.season * december)
    for day, count in zip(date, rng.poisson(mean), strict=True):
        for hour in np.sort(rng.choice(24, count, p=HOURS / HOURS.sum())):
            number += 1
            time = f"{day}T{hour:02d}:{rng.integers(60):02d}"
            head = ("shop,phone", "s") if rng.random() < 0.2 else ("home,web", "h")
            customer = f"{head[1]}{number}"
            for sku in rng.choice(list(PRICES), rng.geometric(1 / known.lines)):
                units = rng.geometric(1 / UNITS[sku])
                found.append(f"{number},sale,{time},{head[0]},{customer},{sku},{units},{PRICES[sku]}")
                if rng.random() < known.rate:
                    back = np.datetime64(time) + np.timedelta64(int((2 + rng.exponential(known.lag - 2)) * 1440), "m")
                    part = max(1, round(units * known.part))
                    found.append(f"R{number},return,{back},{head[0]},{customer},{sku},{-part},{PRICES[sku]}")
    return found
