from simulator.mechanisms.mechanism import Mechanism, later
from simulator.mechanisms.reservations.facts import Released, SetAside, Withdrawn, laws

MECHANISM = Mechanism(
    name="reservations",
    active=lambda scenario: scenario.service.reservation is not None,
    start=later("simulator.mechanisms.reservations.play:start"),
    facts=(
        Withdrawn,
        SetAside,
        Released,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.reservations.kpis",),
)
