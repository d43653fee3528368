"""The mechanisms that there are."""

from simulator.engine import facts
from simulator.mechanisms.mechanism import Mechanism, later


def mechanisms() -> tuple[Mechanism, ...]:
    """Every mechanism, whether or not a scenario switches it on."""
    return _BUILT_IN


_BUILT_IN = (
    Mechanism(
        name="segmentation",
        active=lambda scenario: any(
            rule is not None and rule.review is not None
            for rule in (scenario.segmentation.products, scenario.segmentation.customers)
        ),
        start=later("simulator.mechanisms.segmentation.play:start_segmenting"),
        section=later("simulator.mechanisms.segmentation.page:classes"),
    ),
    Mechanism(
        name="entry_errors",
        active=lambda scenario: any(channel.entry is not None for channel in scenario.market.channels.values()),
        start=later("simulator.mechanisms.entry_errors.play:start"),
        words={
            facts.Erred: later("simulator.mechanisms.entry_errors.page:erred"),
            facts.Surfaced: later("simulator.mechanisms.entry_errors.page:surfaced"),
            facts.ShortPaid: later("simulator.mechanisms.entry_errors.page:short_paid"),
            facts.Complained: later("simulator.mechanisms.entry_errors.page:complained"),
        },
    ),
    Mechanism(
        name="contracts",
        active=lambda scenario: bool(scenario.service.contracts),
        start=later("simulator.mechanisms.contracts.play:keep_agreements"),
        section=later("simulator.mechanisms.contracts.page:agreements"),
        words={facts.Pushed: later("simulator.mechanisms.contracts.page:pushed")},
    ),
    Mechanism(
        name="channels",
        active=lambda scenario: any(channel.record is not None for channel in scenario.market.channels.values()),
        start=later("simulator.mechanisms.channels.play:start_records"),
        words={facts.Oversold: later("simulator.mechanisms.channels.page:oversold")},
    ),
    Mechanism(
        name="collection",
        active=lambda scenario: any(channel.collect is not None for channel in scenario.market.channels.values()),
        start=later("simulator.mechanisms.collection.play:start"),
        words={
            facts.Collected: later("simulator.mechanisms.collection.page:collected"),
            facts.NotCollected: later("simulator.mechanisms.collection.page:not_collected"),
        },
    ),
    Mechanism(
        name="returns",
        active=lambda scenario: any(rule.returns is not None for rule in scenario.service.rules),
        start=later("simulator.mechanisms.returns.play:start"),
        words={
            facts.Returned: later("simulator.mechanisms.returns.page:returned"),
            facts.Restocked: later("simulator.mechanisms.returns.page:restocked"),
            facts.Disposed: later("simulator.mechanisms.returns.page:disposed"),
        },
    ),
    Mechanism(
        name="reservations",
        active=lambda scenario: scenario.service.reservation is not None,
        start=later("simulator.mechanisms.reservations.play:start"),
        words={
            facts.Withdrawn: later("simulator.mechanisms.reservations.page:withdrawn"),
            facts.SetAside: later("simulator.mechanisms.reservations.page:set_aside"),
            facts.Released: later("simulator.mechanisms.reservations.page:released"),
        },
    ),
)
