"""What is drawn for the lines of new orders that may come back, whatever happens to them.

Each kind of draw has a stream of its own, with as many draws for every line, so that what a line's customer does is the
same under any terms. What depends on what happens, such as lateness, is decided when it has happened, from a number
drawn here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from simulator.engine.orders import ComesBack
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.mechanisms.returns.exchange import Buyer
from simulator.scenario.distributions import Duration
from simulator.scenario.returns import DAMAGED, UNSTATED, WRONG_ITEM, ReturnTerms
from simulator.scenario.scenario import Scenario

PLAIN = ReturnTerms(rate=0.0, lag=Duration(constant=0.0))
"""The terms of a wrong item whose rules say nothing of returns."""
NOT = -1
"""The reason of a line that does not come back of itself."""


@dataclass(slots=True)
class Fate:
    """What a line's customer will do."""

    terms: ReturnTerms
    reason: int
    """Index into REASONS; NOT where it comes back only for what happens to the order."""
    back: ComesBack
    """When, how much, and what becomes of it at a desk without grades."""
    if_late: bool = False
    """Whether it comes back if it is late."""
    mispicked: bool = False
    """Whether another item is picked; it comes back if it does not for another reason."""
    wrong_lag: float = 0.0
    """Hours until a wrong item is back."""
    answer_time: float = 0.0
    """Hours from the request to the answer."""
    transport: float = 0.0
    """Hours of the way back."""
    luck: Mapping[str, float] = field(default_factory=dict)
    """Between 0 and 1, by what it decides; what is not named here is decided for nobody."""
    work: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    """Hours of inspection and of refurbishing by site, where these are drawn."""
    buyer: Buyer = (0, 0)


def _decided(scenario: Scenario, terms: list[ReturnTerms]) -> list[str]:
    """What is decided by lot after the goods are under way, where anything is."""
    desks = [site.returns for site in scenario.network.sites.values()]
    claims = [each.claims for each in scenario.network.suppliers.values() if each.claims is not None]
    wanted = {
        "refused": any(each.authorisation is not None and each.authorisation.refused for each in terms),
        "fraud": any(each.fraud is not None for each in terms),
        "found": any(each.fraud is not None and each.fraud.found for each in terms),
        "grade": any(each.grades is not None for each in terms),
        "mended": any(desk.refurbishing is not None and desk.refurbishing.yields < 1 for desk in desks),
        "claim": any(each.accepted < 1 for each in claims),
        "exchange": any(each.exchange for each in terms),
    }
    return [name for name, some in wanted.items() if some]


class Draws:
    """Draws for the lines of one segment."""

    def __init__(self, segment: CustomerSegment) -> None:
        self._segment, self._terms = segment, segment.terms.returns
        scenario = segment.scenario
        # One stream of the same name for each return terms: a line has the same chance whichever of them are its own.
        self._lags, self._answers, self._ways = (
            [segment.streams.rng(f"{segment.drawn_as}: {purpose}") for _ in self._terms]
            for purpose in ("return lags", "return answers", "returns under way")
        )
        self._decided = _decided(scenario, self._terms)
        self._late = any(terms.late for terms in self._terms)
        self._mispicked = np.array([site.quality.picking_error for site in segment.reach.homes])
        self._wrong_lag = scenario.service.mistakes.wrong_item_lag
        laws = {site: (site.returns.inspection.time, site.returns.refurbishing_law) for site in segment.reach.sites}
        self._works = {
            site: each for site, each in laws.items() if any(law is not None and law.variance > 0 for law in each)
        }
        """Working times at the desks and workshops where they are left to chance."""

    def __call__(self, new: NewOrders) -> dict[int, Fate]:
        """The lines of new orders that may come back, by line; those with a wrong item are said already."""
        wrong, fates = dict(new.comes_back), dict[int, Fate]()
        lines = len(new.bulk.wanted.sku)
        of_line = np.full(lines, -1)
        if self._terms:
            of_line = self._segment.terms.return_terms(new.bulk, new.known)
            self._of_customers(new, of_line, fates)
        if self._mispicked.any():
            self._of_picking(new, of_line, fates)
        for line, back in wrong.items():  # the customer did not order it, whatever else he would have done
            before = fates.get(line)
            fates[line] = Fate(
                self._own(of_line, line), WRONG_ITEM, back, mispicked=before is not None and before.mispicked
            )
        if self._decided or any(terms.asks or terms.transport is not None for terms in self._terms):
            self._add_luck(fates, of_line)
        if "exchange" in self._decided:
            for line, fate in fates.items():
                order = int(np.searchsorted(new.starts, line, side="right")) - 1
                fate.buyer = int(new.bulk.channel[order]), int(new.bulk.customer[order])
        self._add_work(fates, lines)
        new.follow_lines(list(fates))
        return fates

    def _own(self, of_line: np.ndarray, line: int) -> ReturnTerms:
        place = int(of_line[line])
        return PLAIN if place < 0 else self._terms[place]

    def _of_customers(self, new: NewOrders, of_line: np.ndarray, fates: dict[int, Fate]) -> None:
        """Those that come back of themselves, more of what arrives damaged, and those that do so if they are late."""
        size, rng = len(of_line), self._segment.streams_kept
        chance = rng("returns").random((size, 2)).T
        late = rng("returns if late").random(size) if self._late else None
        broken = np.repeat(np.broadcast_to(new.damaged, len(new.bulk.at)) > 0, new.bulk.wanted.counts)
        for place, terms in enumerate(self._terms):
            lag = terms.lag.sample(self._lags[place], size)
            latest = np.inf if terms.window is None or terms.asks else terms.window
            rate = np.where(broken, terms.rate if terms.damaged is None else terms.damaged, terms.rate)
            mine = (of_line == place) & (lag <= latest)
            own = mine & (chance[0] < rate)
            for line in np.flatnonzero(own).tolist():
                back = ComesBack(float(lag[line]), terms.part, float(chance[1][line]))
                new.comes_back.setdefault(line, back)
                fates[line] = Fate(terms, _reason(terms, float(chance[0][line])), back)
            if late is not None and terms.late:
                for line in np.flatnonzero(mine & ~own & (late < terms.late)).tolist():
                    back = ComesBack(float(lag[line]), terms.part, float(chance[1][line]))
                    fates[line] = Fate(terms, NOT, back, if_late=True)

    def _of_picking(self, new: NewOrders, of_line: np.ndarray, fates: dict[int, Fate]) -> None:
        """Those for which another item is picked."""
        size = len(of_line)
        chance = self._segment.streams_kept("picking errors").random((size, 2)).T
        lag = self._wrong_lag.sample(self._segment.streams_kept("picking error lags"), size)
        rate = np.repeat(self._mispicked[new.bulk.channel], new.bulk.wanted.counts)
        for line in np.flatnonzero(chance[0] < rate).tolist():
            hours = float(lag[line])
            if line not in fates:
                fates[line] = Fate(self._own(of_line, line), NOT, ComesBack(hours, 1.0, float(chance[1][line])))
            fates[line].mispicked, fates[line].wrong_lag = True, hours

    def _add_luck(self, fates: dict[int, Fate], of_line: np.ndarray) -> None:
        """What is decided later on: drawn for every line."""
        size, rng = len(of_line), self._segment.streams_kept
        luck = {name: rng(f"returns: {name}").random(size) for name in self._decided}
        times = [
            (
                terms.authorisation.time.sample(self._answers[place], size)
                if terms.authorisation is not None
                else None,
                terms.transport.sample(self._ways[place], size) if terms.transport is not None else None,
            )
            for place, terms in enumerate(self._terms)
        ]
        for line, fate in fates.items():
            fate.luck = {name: float(chances[line]) for name, chances in luck.items()}
            if of_line[line] >= 0:
                answer, way = times[of_line[line]]
                fate.answer_time = float(answer[line]) if answer is not None else 0.0
                fate.transport = float(way[line]) if way is not None else 0.0

    def _add_work(self, fates: dict[int, Fate], lines: int) -> None:
        """Working times at the desk and in the workshop."""
        for site, laws in self._works.items():
            hours = [
                law.sample(self._segment.streams_kept(f"{what} at {site.name}"), lines)
                if law is not None
                else np.zeros(lines)
                for what, law in zip(("inspection", "refurbishing"), laws, strict=True)
            ]
            for line, fate in fates.items():
                fate.work = {**fate.work, site.index: (float(hours[0][line]), float(hours[1][line]))}


def _reason(terms: ReturnTerms, chance: float) -> int:
    """What the customer says of a line that comes back of itself; only what arrives damaged does beyond the rate."""
    if chance >= terms.rate:
        return DAMAGED
    if terms.reasons is None:
        return UNSTATED
    upto = 0.0
    for place, share in enumerate(terms.reasons.mix, 1):
        upto += share * terms.rate
        if share and chance < upto:
            return place
    return next(place for place in (3, 2, 1) if terms.reasons.mix[place - 1])


def draw(segment: CustomerSegment) -> Callable[[NewOrders], dict[int, Fate]]:
    """What draws the lines of a segment that may come back."""
    return Draws(segment)
