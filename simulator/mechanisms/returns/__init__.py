"""Goods that come back, and what becomes of them."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.returns import facts
from simulator.planning.returned_lines import mixes_up, stated_terms
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.returns.play"
PAGE = "simulator.mechanisms.returns.page"


def _active(scenario: Scenario) -> bool:
    """Whether anything may come back: by the rules, as a wrong item, or of itself."""
    independent = any(site.returns.independent is not None for site in scenario.network.sites.values())
    return independent or mixes_up(scenario) or bool(stated_terms(scenario))


MECHANISM = Mechanism(
    name="returns",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later("simulator.mechanisms.returns.draws:draw"),
    busy=later(f"{PLAY}:busy"),
    follows=True,
    facts=(
        facts.Mispicked,
        facts.ReturnRequested,
        facts.ReturnAnswered,
        facts.Returned,
        facts.Inspected,
        facts.Refunded,
        facts.Exchanged,
        facts.Restocked,
        facts.Disposed,
        facts.ClaimSettled,
    ),
    laws=facts.laws,
    kpis=("simulator.mechanisms.returns.kpis", "simulator.mechanisms.returns.return_costs"),
    section=later(f"{PAGE}:returns"),
    words={
        facts.Mispicked: later(f"{PAGE}:mispicked"),
        facts.ReturnRequested: later(f"{PAGE}:requested"),
        facts.ReturnAnswered: later(f"{PAGE}:answered"),
        facts.Returned: later(f"{PAGE}:returned"),
        facts.Inspected: later(f"{PAGE}:inspected"),
        facts.Refunded: later(f"{PAGE}:refunded"),
        facts.Exchanged: later(f"{PAGE}:exchanged"),
        facts.Restocked: later(f"{PAGE}:restocked"),
        facts.Disposed: later(f"{PAGE}:disposed"),
        facts.ClaimSettled: later(f"{PAGE}:settled"),
    },
)
