"""Whether the numbers of a result are those that it had before: in all digits, up to rounding, or not."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from simulator.plugins import GROUPS, fingerprints
from simulator.scenario.errors import dotted
from simulator.scenario.scenario import Scenario, plain_value

ROUNDING = 1e-9
"""Relative difference that another order of adding, library or processor may make; more is another result."""

Row = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True)
class DigitDifference:
    """One number that is not what it was."""

    kpi: str
    by: str
    """The slice, such as "segment=A"; "" for the whole."""
    what: str
    """Which number of the KPI, such as mean or half_width."""
    then: float | None
    """None where there was no number, or no such row."""
    now: float | None

    def __str__(self) -> str:
        place = f"{self.kpi} [{self.by}]" if self.by else self.kpi
        return f"{place}, {self.what}: was {_number(self.then)}, is {_number(self.now)}"


@dataclass(frozen=True)
class Agreement:
    """Two sets of numbers held against each other."""

    compared: int
    """How many numbers."""
    rounded: tuple[DigitDifference, ...]
    """Those that differ by no more than rounding."""
    different: tuple[DigitDifference, ...]
    """Those that differ."""

    @property
    def verdict(self) -> Literal["same", "rounding", "different"]:
        """Equal in all digits, up to rounding, or not equal. Where nothing was compared, nothing agrees."""
        if self.different or not self.compared:
            return "different"
        return "rounding" if self.rounded else "same"


def agree(then: Iterable[Row], now: Iterable[Row]) -> Agreement:
    """Hold the rows of a result, as `as_json` gives them under `kpis`, against those of another.

    Every number that the rows of `then` have is looked for in `now`; slices that only `now` has are not missed.

    >>> then, now = [{"kpi": "on_hand", "by": {}, "mean": 1.0}], [{"kpi": "on_hand", "by": {}, "mean": 1.0 + 1e-12}]
    >>> agree(then, then).verdict, agree(then, now).verdict, agree(then, []).verdict
    ('same', 'rounding', 'different')
    """
    found = {_key(row): row for row in now}
    rounded: list[DigitDifference] = []
    different: list[DigitDifference] = []
    compared = 0
    for row in then:
        other = found.get(_key(row), {})
        for what, value in _numbers(row).items():
            if other and what not in other:  # another version of the program tells other numbers about a KPI
                continue
            difference = DigitDifference(*_key(row), what, value, other.get(what))
            compared += (difference.then, difference.now) != (None, None)
            if difference.then != difference.now:
                (rounded if _close(row, difference) else different).append(difference)
    return Agreement(compared, tuple(rounded), tuple(different))


def _key(row: Row) -> Key:
    by = row.get("by") or {}
    return str(row["kpi"]), ", ".join(f"{dimension}={label}" for dimension, label in by.items())


def _numbers(row: Row) -> dict[str, float | None]:
    """The numbers of a row that were estimated; None where there was none to tell."""
    return {
        name: value
        for name, value in row.items()
        if name != "confidence" and (value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)))
    }


def _close(row: Row, difference: DigitDifference) -> bool:
    """Whether two numbers differ by rounding only; the width of an interval is judged by the size of the mean."""
    if difference.then is None or difference.now is None:
        return False
    scale: float = max(abs(difference.then), abs(row.get("mean") or 0.0))
    return abs(difference.then - difference.now) <= ROUNDING * scale


def _number(value: float | None) -> str:
    """All digits.

    >>> _number(0.1), _number(None)
    ('0.1', 'none')
    """
    return "none" if value is None else repr(value)


PACKAGES = ("numpy", "scipy", "simpy", "pandas", "pydantic", "pyyaml")
"""What the numbers may depend on."""
FORMAT = 2
"""What the hash in a record or a store is of: since 2 of what the scenario says, before of the text that says it."""
SHOWN = 5
"""So many faults of a recorded scenario are told."""


class ProvenanceError(ValueError):
    """A record from which the result cannot be made again."""


def packages() -> dict[str, str]:
    """Versions of the simulator, of Python, of what numbers may depend on, and of what users add.

    Of a package of theirs it is the version, of a file of theirs a fingerprint of its content.
    """
    return _installed() | {f"plugin {name}": digest for name, digest in fingerprints().items()}


@cache
def _installed() -> dict[str, str]:
    """The versions, looked up once: it takes longer than many a replication."""
    from simulator import __version__

    found = {"simulator": __version__, "python": platform.python_version()}
    found |= {name: version(name) for name in PACKAGES}
    return found | _rule_packages()


@cache
def _rule_packages() -> dict[str, str]:
    return {each.dist.name: each.dist.version for group in GROUPS for each in entry_points(group=group) if each.dist}


def player() -> str:
    """What plays: the version of the simulator, and of what users add to it where there is anything.

    Replications of different players are never put together.
    """
    from simulator import __version__

    added = sorted({**_rule_packages(), **fingerprints()}.items())
    return " with ".join([__version__, *(f"{name} {number}" for name, number in added)])


def record(scenario: Scenario) -> dict[str, Any]:
    """What a result of this scenario names: plain data that goes through JSON unchanged.

    `source` is the whole scenario, bases and overrides laid over one another: `restore` makes the scenario of it, with
    the same hash.
    """
    made = packages()
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "hash": scenario.hash,
        "seed": scenario.run.seed,
        "version": made["simulator"],
        "python": made["python"],
        "platform": _platform(),
        "packages": made,
        "source": json.loads(json.dumps(scenario.source, default=plain_value)),
    }


def _platform() -> str:
    return f"{platform.system()} {platform.machine()}"


def restore(recorded: dict[str, Any], history: Path | None = None) -> Scenario:
    """The scenario of a record; `history` is where its order history lies now, if not where it lay.

    A record of format 1 is read too, and held against the hash as it was then.

    Errors: ProvenanceError says why it cannot be had, or that it is not what it was.
    """
    source, wanted, written = recorded.get("source"), recorded.get("hash"), recorded.get("format", 1)
    if written not in (1, FORMAT):
        raise ProvenanceError(
            f"the record has format {written!r}, this version of the program reads {FORMAT} and 1: "
            "reproduce it with the version that is named in it"
        )
    if not isinstance(source, dict):
        raise ProvenanceError("the record holds no scenario: before format 2, one made of Python objects had none")
    scenario = _validated(_with_history(source, history))
    found = scenario.hash if written == FORMAT else _first_hash(source, scenario)
    if found != wanted:
        told = scenario.market.history
        also = f", or {told.file} is not the order history it was" if told is not None else ""
        raise ProvenanceError(
            f"the scenario in the record does not fit its hash: {wanted} is stated, {found} is found. "
            f"It has been edited{also}"
        )
    return scenario


def _first_hash(source: dict[str, Any], scenario: Scenario) -> str:
    """The hash as it was in format 1: of the text of a scenario, its sections sorted, all else in its order."""
    asked = {key: source[key] for key in sorted(source) if key != "optimise"}
    content = hashlib.sha256(json.dumps(_without_paths(asked)).encode())
    if scenario.market.history is not None:
        content.update(Path(scenario.market.history.file).read_bytes())
    return content.hexdigest()[:16]


def _without_paths(data: Any) -> Any:
    """Without the texts under `file`: a path says nothing about the content."""
    if isinstance(data, dict):
        kept = {key: value for key, value in data.items() if key != "file" or isinstance(value, dict)}
        return {key: _without_paths(each) for key, each in kept.items()}
    return [_without_paths(item) for item in data] if isinstance(data, list) else data


def _with_history(source: dict[str, Any], history: Path | None) -> dict[str, Any]:
    """The source with the order history at its present place."""
    market = source.get("market")
    told = market.get("history") if isinstance(market, dict) else None
    if not isinstance(market, dict) or not isinstance(told, dict):
        if history is not None:
            raise ProvenanceError("this scenario has no order history: leave it out")
        return source
    file = history or Path(str(told.get("file")))
    if not file.is_file():
        raise ProvenanceError(f"the order history {file} is not there: say where it lies now")
    return source | {"market": market | {"history": told | {"file": str(file)}}}


def _validated(source: dict[str, Any]) -> Scenario:
    try:
        return Scenario.model_validate(source)
    except ValidationError as error:
        faults = [f"{dotted(each['loc'])}: {each['msg']}" for each in error.errors(include_url=False)]
        said = "; ".join(faults[:SHOWN])
    raise ProvenanceError(f"this version of the program cannot read the scenario in the record: {said}")


def changed(recorded: dict[str, Any]) -> list[str]:
    """What is another version now than it was then, in words; empty where all is the same."""
    kept = recorded.get("packages")
    then = dict(kept) if isinstance(kept, dict) else {}
    now = packages()
    if "platform" in recorded:
        then["platform"], now["platform"] = recorded["platform"], _platform()
    return [
        f"{name} was {then.get(name, 'absent')}, is {now.get(name, 'absent')}"
        for name in dict.fromkeys([*then, *now])
        if then.get(name) != now.get(name)
    ]
