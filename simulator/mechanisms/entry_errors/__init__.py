from simulator.mechanisms.entry_errors.facts import Complained, Erred, ShortPaid, Surfaced
from simulator.mechanisms.mechanism import Mechanism, later

MECHANISM = Mechanism(
    name="entry_errors",
    active=lambda scenario: any(channel.entry is not None for channel in scenario.market.channels.values()),
    start=later("simulator.mechanisms.entry_errors.play:start"),
    facts=(
        Erred,
        Surfaced,
        ShortPaid,
        Complained,
    ),
    laws=later("simulator.mechanisms.entry_errors.laws:laws"),
    kpis=("simulator.mechanisms.entry_errors.kpis",),
)
