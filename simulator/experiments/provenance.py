"""Provenance: what a result was made of, in full, so that anyone can make it again."""

import json
import platform
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.scenario.errors import dotted
from simulator.scenario.history import HistoryError
from simulator.scenario.scenario import Scenario, plain_value

PACKAGES = ("numpy", "scipy", "simpy", "pandas", "pydantic", "pyyaml")
"""What the numbers may depend on."""
SHOWN = 5
"""So many faults of a recorded scenario are told."""


class ProvenanceError(ValueError):
    """A record from which the result cannot be made again."""


def packages() -> dict[str, str]:
    """Versions of the simulator, of Python, of what numbers may depend on, and of packages that add their own rules."""
    return dict(_installed())


@cache
def _installed() -> dict[str, str]:
    """The same, looked up once: it takes longer than many a replication."""
    from simulator import __version__

    found = {"simulator": __version__, "python": platform.python_version()}
    found |= {name: version(name) for name in PACKAGES}
    return found | _rule_packages()


@cache
def _rule_packages() -> dict[str, str]:
    return {each.dist.name: each.dist.version for each in entry_points(group="simulator.rules") if each.dist}


def player() -> str:
    """What plays: the version of the simulator, and of packages that add their own rules where there are any.

    Replications of different players are never put together.
    """
    from simulator import __version__

    return " with ".join([__version__, *(f"{name} {number}" for name, number in sorted(_rule_packages().items()))])


def record(scenario: Scenario) -> dict[str, Any]:
    """What a result of this scenario names: plain data that goes through JSON unchanged.

    `source` is the whole scenario, bases and overrides laid over one another: `restore` makes the scenario of it, with
    the same hash. It is None where the scenario was put together from Python objects, which have no written form.
    """
    made = packages()
    return {
        "scenario": scenario.name,
        "hash": scenario.hash,
        "seed": scenario.run.seed,
        "version": made["simulator"],
        "python": made["python"],
        "platform": _platform(),
        "packages": made,
        "source": _plain(scenario.source),
    }


def _platform() -> str:
    return f"{platform.system()} {platform.machine()}"


def _plain(source: dict[str, Any]) -> dict[str, Any] | None:
    try:
        plain: dict[str, Any] = json.loads(json.dumps(source, default=plain_value))
    except TypeError:
        return None
    return plain


def restore(recorded: dict[str, Any], history: Path | None = None) -> Scenario:
    """The scenario of a record; `history` is where its order history lies now, if not where it lay.

    Errors: ProvenanceError says why it cannot be had, or that it is not what it was.
    """
    source, wanted = recorded.get("source"), recorded.get("hash")
    if not isinstance(source, dict):
        raise ProvenanceError("the record holds no scenario: it was put together from Python objects")
    scenario = _validated(_with_history(source, history))
    if scenario.hash != wanted:
        told = scenario.market.history
        also = f", or {told.file} is not the order history it was" if told is not None else ""
        raise ProvenanceError(
            f"the scenario in the record does not fit its hash: {wanted} is stated, {scenario.hash} is found. "
            f"It has been edited{also}"
        )
    return scenario


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
    except HistoryError as error:
        said = str(error)
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
