"""Service-level agreements in the run: the orders under them, what became of each, and how they are judged."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from simulator.engine.orders import Order
from simulator.engine.terms import LineTerms, Terms
from simulator.lifecycle.order_terms import Bulk
from simulator.scenario.contracts import Contract
from simulator.scenario.scenario import Scenario
from simulator.units import exact


class Gone(NamedTuple):
    """Units of a line that the customer will not get."""

    at: float
    line: int
    units: float
    cancelled: bool


class CoveredOrder:
    """An order under one or more contracts, and what it came to. Lines are places in its block."""

    __slots__ = ("at_once", "contracts", "delivered", "gone", "order", "placed", "replaced", "terms", "unsettled")

    def __init__(self, order: Order, placed: float, contracts: list[int]) -> None:
        self.order, self.placed, self.contracts = order, placed, contracts
        self.terms: Terms = order.terms
        """Its own terms, whether it is pushed or not."""
        self.at_once: list[tuple[int, float]] = []
        self.replaced: list[tuple[int, float]] = []
        """Units for which the customer gets another product, with the order's own shipment."""
        self.delivered: list[tuple[float, list[tuple[int, float]]]] = []
        self.gone: list[Gone] = []
        self.unsettled = 0

    @property
    def lines(self) -> range:
        return range(self.order.first, self.order.last)

    def wanted(self) -> list[float]:
        """Units ordered, by line."""
        return self.order.block.units[self.order.first : self.order.last]

    def added_up(self, pieces: Iterable[tuple[int, float]]) -> list[float]:
        """Units by line."""
        units = [0.0] * (self.order.last - self.order.first)
        for line, much in pieces:
            units[line - self.order.first] += much
        return units

    def arrived(self, since: float, until: float) -> list[float]:
        """Units by line that arrived between two times, both included."""
        return self.added_up(piece for at, pieces in self.delivered if since <= at <= until for piece in pieces)

    def lost_by(self, until: float) -> list[float]:
        """Units by line that were lost or cancelled by a time."""
        return self.added_up((each.line, each.units) for each in self.gone if each.at <= until)


TINY = 1e-9
FOREVER = float("inf")


class Due(NamedTuple):
    """One order under one contract: when it is due, and the latest that still counts."""

    deadline: float
    due: float
    covered: CoveredOrder


class Judged(NamedTuple):
    """What one order adds to the count of a contract, in what the contract counts."""

    due: float
    met: float
    failed: bool


class RunningContract:
    """A service-level agreement and the orders under it that no settlement has dealt with yet."""

    def __init__(self, number: int, contract: Contract, scenario: Scenario) -> None:
        self.number, self.contract = number, contract
        self.start = scenario.run.start
        self.ends = contract.ends(self.start, scenario.run.horizon)
        self._excluding = bool(contract.exclude.model_fields_set)
        self.begun = 0.0
        """When the period that runs began."""
        self.pending: list[Due] = []
        self.at_risk = False

    @property
    def end(self) -> float:
        """When the period that runs will be settled; never, if it outlasts the run."""
        return next((end for end in self.ends if end > self.begun), FOREVER)

    def take_on(self, covered: CoveredOrder, due: float) -> Due:
        """From now on the order is under the contract."""
        one = Due(exact(due + self.contract.window.late), due, covered)
        self.pending.append(one)
        covered.unsettled += 1
        return one

    def revise(self, covered: CoveredOrder, due: float, now: float) -> None:
        """The order is due at another time; a change after the latest that counted changes nothing."""
        for place, one in enumerate(self.pending):
            if one.covered is covered and now <= one.deadline:
                self.pending[place] = Due(exact(due + self.contract.window.late), due, covered)

    def due_by(self, end: float) -> list[Due]:
        """What falls due before a time, in the order in which it does."""
        mine = [one for one in self.pending if one.deadline < end]
        return sorted(mine, key=lambda one: (one.deadline, one.covered.placed, one.covered.order.number))

    def excludes(self, one: Due) -> bool:
        """Whether an order does not count."""
        if not self._excluding:
            return False
        covered = one.covered
        cancelled = any(each.cancelled for each in covered.gone)
        return self.contract.is_excluded(self.start, covered.placed, one.due, sum(covered.wanted()), cancelled)

    def judge(self, one: Due) -> Judged:
        """What an order adds to the count, as things stand."""
        wanted, good = self._wanted(one), self._good(one)
        kept = [much >= units - TINY for much, units in zip(good, wanted, strict=True)]
        if self.contract.basis == "order":
            met = all(kept) and sum(good) > 0
            return Judged(1.0, float(met), not met)
        failed = not all(kept)
        if self.contract.basis == "line":
            asked = [units > TINY for units in wanted]
            return Judged(sum(asked), sum(a and k for a, k in zip(asked, kept, strict=True)), failed)
        worth = [1.0] * len(wanted)
        if self.contract.basis == "value":
            prices = one.covered.order.block.prices
            worth = [prices[line] for line in one.covered.lines]
        due = sum(units * each for units, each in zip(wanted, worth, strict=True))
        return Judged(due, sum(units * each for units, each in zip(good, worth, strict=True)), failed)

    def _wanted(self, one: Due) -> list[float]:
        """Units by line that count: what was ordered, or, on time, what is still owed at the deadline or has come."""
        wanted = one.covered.wanted()
        if self.contract.metric not in ("on_time", "cycle_time"):
            return wanted
        return [units - gone for units, gone in zip(wanted, one.covered.lost_by(one.deadline), strict=True)]

    def _good(self, one: Due) -> list[float]:
        """Units by line that kept the contract."""
        covered = one.covered
        if self.contract.metric == "fill":
            return covered.added_up(covered.at_once)
        if self.contract.metric == "in_full":
            return covered.added_up(covered.delivered[0][1] if covered.delivered else ())
        early = self.contract.window.early
        return covered.arrived(-FOREVER if early is None else exact(one.due - early), one.deadline)


class Contracts:
    """All contracts of a run, and the orders under them by number."""

    def __init__(self, scenario: Scenario) -> None:
        contracts = scenario.service.contracts
        self.names = list(contracts)
        self.running = [RunningContract(n, contract, scenario) for n, contract in enumerate(contracts.values())]
        self.orders: dict[int, CoveredOrder] = {}
        self._pushed: dict[int, tuple[Terms, Terms]] = {}

    def __getitem__(self, name: str) -> RunningContract:
        return self.running[self.names.index(name)]

    def pushed(self, terms: Terms) -> Terms:
        """The same terms, more urgent than any segment's."""
        if id(terms) not in self._pushed:
            self._pushed[id(terms)] = (
                terms,
                replace(
                    terms,
                    priority=0,
                    urgent=True,
                    line=_first_of_all(terms.line),
                    by_class=terms.by_class and {name: _first_of_all(line) for name, line in terms.by_class.items()},
                ),
            )
        return self._pushed[id(terms)][1]


def _first_of_all(line: LineTerms) -> LineTerms:
    """The same terms for the most protected of customers."""
    return replace(line, priority=1)


def covering(
    scenario: Scenario, segment: str, channels: list[str], customers: list[str], bulk: Bulk, number: int
) -> dict[int, list[int]] | None:
    """The contracts that cover each order of a segment's block; None if none covers any of its orders ever."""
    found: dict[int, list[int]] = {}
    alive = False
    for place, contract in enumerate(scenario.service.contracts.values()):
        covers = contract.covers
        if covers.segment is not None and segment not in covers.segment:
            continue
        alive = True
        mine = np.array([covers.channel is None or name in covers.channel for name in channels])[bulk.channel]
        if covers.customer is not None:
            mine &= np.isin(bulk.customer, [n for n, name in enumerate(customers) if name in covers.customer])
        for order in np.flatnonzero(mine).tolist():
            found.setdefault(number + order, []).append(place)
    return found if alive else None
