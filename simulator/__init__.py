"""A discrete-event simulator of customer service in a supply chain.

>>> import simulator
>>> scenario = simulator.load("quickstart", ["run.horizon=4 weeks", "run.warm_up=1 week"])
>>> result = simulator.run(scenario, replications=2, workers=1)
>>> 0 < result.estimate("line_fill_rate").mean <= 1
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.engine.ledger import Ledger
    from simulator.experiments.compare import compare
    from simulator.experiments.optimisation import optimise
    from simulator.experiments.replicate import run
    from simulator.experiments.result import Result
    from simulator.experiments.select import select
    from simulator.experiments.sensitivity import sensitivity
    from simulator.experiments.sweep import sweep
    from simulator.experiments.warm_up import find_warm_up
    from simulator.fitting.fit import fit
    from simulator.plugins import load_plugin
    from simulator.replication.simulate import simulate
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.reading.load import load
    from simulator.scenario.scenario import Scenario

__version__ = "0.1.0"
__all__ = [
    "Ledger",
    "Result",
    "Scenario",
    "ScenarioError",
    "compare",
    "find_warm_up",
    "fit",
    "load",
    "load_plugin",
    "optimise",
    "run",
    "select",
    "sensitivity",
    "simulate",
    "sweep",
]

_HOMES = {
    "Ledger": "engine.ledger",
    "Result": "experiments.result",
    "Scenario": "scenario.scenario",
    "ScenarioError": "scenario.errors",
    "compare": "experiments.compare",
    "find_warm_up": "experiments.warm_up",
    "fit": "fitting.fit",
    "load": "scenario.reading.load",
    "load_plugin": "plugins",
    "optimise": "experiments.optimisation",
    "run": "experiments.replicate",
    "select": "experiments.select",
    "sensitivity": "experiments.sensitivity",
    "simulate": "replication.simulate",
    "sweep": "experiments.sweep",
}
"""Where the public names live; each module is imported when a name of it is first used, since some are slow to."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found = getattr(import_module(f"simulator.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'simulator' has no attribute {name!r}")
