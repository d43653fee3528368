"""A fast path is the slow path made quick: both give the same ledger, fact for fact."""

import numpy as np
import pytest

import simulator
from simulator.engine.clock import Clock
from simulator.engine.ledger import Ledger
from simulator.lifecycle.world import World
from simulator.scenario.reading.load import gallery_names
from simulator.units import exact

SHORT = ["run.horizon=3 weeks", "run.warm_up=0"]


def shortened(name: str) -> simulator.Scenario:
    """A gallery scenario, cut to three weeks where it is longer."""
    scenario = simulator.load(name)
    return scenario if scenario.run.horizon <= 3 * 168 else simulator.load(name, SHORT)


def differences(one: Ledger, other: Ledger) -> list[str]:
    """The kinds of fact that two ledgers do not share in all digits."""
    return [
        kind.__name__
        for kind in one.kinds
        if any(
            not np.array_equal(mine, theirs, equal_nan=True)
            for mine, theirs in zip(one.columns(kind).values(), other.columns(kind).values(), strict=True)
        )
    ]


@pytest.mark.parametrize("name", sorted(gallery_names()))
def test_the_gallery_plays_the_same_without_fast_paths(name: str, monkeypatch: pytest.MonkeyPatch):
    """No order is sold in passing, and the clock never skips to a time at which nothing is scheduled.

    On the way every time at which something is scheduled is looked at: it is the one number for its millisecond.
    """
    scenario = shortened(name)
    quick = simulator.simulate(scenario)
    start = World.start_mechanisms

    def listened_to(world: World) -> None:
        start(world)
        world.hooks.sells_in_passing = False

    monkeypatch.setattr(World, "start_mechanisms", listened_to)
    monkeypatch.setattr(Clock, "skip_to", lambda clock, time: False)
    schedule, rounded = Clock.at, set[float]()

    def watched(clock: Clock, event: object, time: float, priority: int) -> None:
        if time != exact(time):
            rounded.add(time)
        schedule(clock, event, time, priority)

    monkeypatch.setattr(Clock, "at", watched)
    slow = simulator.simulate(scenario)
    assert rounded == set()
    assert slow.events >= quick.events
    assert differences(quick, slow) == []
