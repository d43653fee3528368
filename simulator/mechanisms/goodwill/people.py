"""The customers of a segment in a run: what each remembers, in plain columns."""

from array import array

from simulator.scenario.goodwill import Goodwill

DIGITS = 9
"""Goodwill is kept to so many digits, so that steps of 0.05 that add up to 0.2 meet a floor that is 0.2 lower."""


class People:
    """Customers by place: those of the start, and room for new ones.

    A place stands for one customer, or for a cohort of a population, of whom one is followed. Goodwill goes back to its
    level by itself: it is worked out when somebody looks.

    >>> people = People(Goodwill(start=0.8, level=0.6, half_life="10 days"), places=2, room=1, size=1.0)
    >>> people.now(0, 240.0), people.active, people.won(240.0), people.active
    (0.7, 2.0, 2, 3.0)
    """

    def __init__(self, terms: Goodwill, places: int, room: int, size: float) -> None:
        self.terms, self.size = terms, size
        """`size`: the customers for whom a place stands."""
        self.start, self.level = terms.start, terms.returns_to
        self.hourly = 0.5 ** (1 / terms.half_life) if terms.half_life is not None else 1.0
        self.still = terms.half_life is None
        self.goodwill = array("d", [terms.start]) * (places + room)
        self.since = array("d", [0.0]) * (places + room)
        """When goodwill was as it is kept."""
        self.expected = array("d", [-1.0]) * (places + room)
        """What each expects, between 0 and 1; below 0 as long as no order was judged."""
        self.came = array("d", [-1.0]) * (places + room)
        """When each became a customer; -1 for those of the start."""
        self.number = array("q", range(1, places + 1)) + array("q", [0]) * room
        """Who is, or was last, in each place; 0 where nobody was yet."""
        self.here = bytearray([1]) * places + bytearray(room)
        """Whether somebody is."""
        self.free = list(range(places + room - 1, places - 1, -1))
        """Places for new ones, the next one last."""
        self.places, self.last = places, places
        self.count = places
        """How many places are taken."""

    @property
    def active(self) -> float:
        """How many customers there are."""
        return self.count * self.size

    def now(self, place: int, at: float) -> float:
        """Goodwill at a time."""
        kept, level = self.goodwill[place], self.level
        if self.still or kept == level:
            return kept
        return round(level + (kept - level) * float(self.hourly ** (at - self.since[place])), DIGITS)

    def moves(self, place: int, at: float, goodwill: float) -> float:
        """Set goodwill, within its bounds; what it is then."""
        found = round(min(max(goodwill, 0.0), self.terms.ceiling), DIGITS)
        self.goodwill[place], self.since[place] = found, at
        return found

    def leaves(self, place: int) -> None:
        """The customer in a place leaves; a new one may come into a place that is not one of the start."""
        self.here[place] = 0
        self.count -= 1
        if place >= self.places:
            self.free.append(place)

    def won(self, at: float) -> int | None:
        """A new customer comes: his place; None where there is no room."""
        if not self.free:
            return None
        place = self.free.pop()
        self.last += 1
        self.number[place], self.here[place] = self.last, 1
        self.goodwill[place], self.since[place], self.expected[place] = self.start, at, -1.0
        self.came[place] = at
        self.count += 1
        return place


class Voices:
    """What is said of the company, as it is remembered.

    >>> voices = Voices(half_life=10.0, good=5.0, bad=10.0)
    >>> voices.balance, voices.say(0.0, good=True), voices.balance, voices.say(10.0, good=False), voices.balance
    (0.0, None, 1.0, None, -0.6)
    """

    def __init__(self, half_life: float, good: float, bad: float) -> None:
        self.hourly, self.good, self.bad = 0.5 ** (1 / half_life), good, bad
        self._good = self._bad = self._at = 0.0

    def say(self, at: float, good: bool) -> None:
        """A customer tells others of an order."""
        faded = float(self.hourly ** (at - self._at))
        self._good, self._bad, self._at = self._good * faded, self._bad * faded, at
        if good:
            self._good += self.good
        else:
            self._bad += self.bad

    @property
    def balance(self) -> float:
        """Between -1, only bad is said, and 1."""
        total = self._good + self._bad
        return (self._good - self._bad) / total if total else 0.0
