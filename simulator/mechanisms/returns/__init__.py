from simulator.mechanisms.mechanism import Mechanism, later
from simulator.mechanisms.returns.facts import Disposed, Restocked, Returned, laws

MECHANISM = Mechanism(
    name="returns",
    active=lambda scenario: (
        any(rule.returns is not None for rule in scenario.service.rules)
        or any(channel.entry is not None for channel in scenario.market.channels.values())  # a wrong item comes back
    ),
    start=later("simulator.mechanisms.returns.play:start"),
    facts=(
        Returned,
        Restocked,
        Disposed,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.returns.kpis",),
)
