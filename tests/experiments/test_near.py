"""The near search, on functions that need no simulation."""

import pytest

from simulator.experiments.search import Trial, Tried, best, near, nearest
from simulator.experiments.search_space import Space
from simulator.scenario.optimise import Optimise


class Known(Tried):
    """Points whose value, and by how much they miss a constraint, are functions of their values."""

    def __init__(self, section: Optimise, value, missed=lambda x, y: 0.0) -> None:
        super().__init__(None, section, Space(section), None, None)
        self._value, self._missed = value, missed

    def play(self, proposed):
        """Try points without playing."""
        for places in proposed:
            point = self.space.point(places)
            self._known[tuple(point.values())] = found = Trial(len(self.trials) + 1, places, point, None)
            found.value, found.missed = self._value(*places.values()), (self._missed(*places.values()),)
            found.fate = "holds" if not found.shortfall else "not shown"
            self.trials.append(found)


def section(trials: int, goal: str = "minimise") -> Optimise:
    decisions = {"a": {"low": 0, "high": 40, "step": 1}, "b": {"low": 0, "high": 40, "step": 1}}
    return Optimise(**{goal: "total_cost"}, decisions=decisions, trials=trials)


def reached(tried: Known, start: tuple[int, int]) -> tuple[tuple[int, ...], bool]:
    tried.play([dict(zip("ab", start, strict=True))])
    sure = near(tried)
    return tuple(tried.nearest.places.values()), sure


def bowl(x, y):
    return (x - 31) ** 2 + 3 * (y - 7) ** 2


@pytest.mark.parametrize("start", [(0, 0), (40, 40), (31, 8)])
def test_it_goes_to_the_bottom_and_knows_that_it_is_there(start):
    tried = Known(section(200), bowl)
    assert reached(tried, start) == ((31, 7), True)
    assert len(tried.trials) < 80  # of 1681


def test_more_is_better_where_that_is_asked():
    assert reached(Known(section(200, "maximise"), lambda x, y: -bowl(x, y)), (3, 3)) == ((31, 7), True)


def test_it_stays_within_the_ranges():
    assert reached(Known(section(200), lambda x, y: x - y), (3, 3)) == ((0, 40), True)


def test_it_follows_a_constraint_by_moving_two_decisions_against_each_other():
    """At least 20 of both together, x is the dearer: no step of one decision alone leads from (10, 10) to (0, 20)."""
    tried = Known(section(300), lambda x, y: 3 * x + y, lambda x, y: max(0.0, 20 - x - y))
    assert reached(tried, (10, 10)) == ((0, 20), True)


def test_from_what_breaks_a_constraint_it_goes_to_what_holds():
    tried = Known(section(300), lambda x, y: x + y, lambda x, y: max(0.0, 25 - x - y))
    places, _ = reached(tried, (2, 2))
    assert sum(places) == 25


def test_it_stops_when_no_more_may_be_tried_and_claims_nothing():
    tried = Known(section(6), bowl)
    _, sure = reached(tried, (0, 0))
    assert not sure
    assert len(tried.trials) == 6
    assert tried.left == 0


def test_the_best_keeps_to_the_constraints_and_of_equals_is_the_first():
    def trial(number, value, missed, fate):
        return Trial(number, {}, {}, None, value=value, missed=(missed,), fate=fate)

    dear, cheap, equal, broken = (
        trial(1, 9.0, 0.0, "holds"),
        trial(2, 5.0, 0.0, "holds"),
        trial(3, 5.0, 0.0, "holds"),
        trial(4, 1.0, 0.2, "not shown"),
    )
    dropped = trial(5, 4.0, -0.1, "worse")
    all_of_them = [dear, cheap, equal, broken, dropped]
    assert best(all_of_them, section(9)) is cheap
    assert best(all_of_them, section(9, "maximise")) is dear
    assert best([broken], section(9)) is None
    assert nearest([broken, trial(6, 0.5, 0.3, "violates")], section(9)) is broken
