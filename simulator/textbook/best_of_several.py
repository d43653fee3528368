"""How many observations tell the best of several systems from the others, when their spread is known."""

import math


def correct_selection(systems: int, lead: float, sd: float, observations: int) -> float:
    """The probability that the best of several systems has the largest mean of so many observations each.

    Normal, independent, of one standard deviation; the best leads all others by `lead`, which are level. That
    is the hardest case, so it bounds the probability wherever the best leads by that much or more.

    Errors: fewer than two systems, a lead or deviation that is not positive, no observations.
    Source: Bechhofer (1954), Annals of Mathematical Statistics 25.

    >>> round(correct_selection(systems=2, lead=1, sd=4, observations=30), 4)
    0.8335
    """
    if systems < 2 or observations < 1 or not (lead > 0 and sd > 0):
        raise ValueError("give two systems at least, one observation at least, a lead and a deviation above 0")
    from scipy.integrate import quad
    from scipy.special import ndtr

    ahead = lead * math.sqrt(observations) / sd

    def density(z: float) -> float:
        return float(ndtr(z + ahead)) ** (systems - 1) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    return float(quad(density, -8.0, 8.0, epsabs=1e-12)[0])


def observations_needed(systems: int, lead: float, sd: float, probability: float = 0.95) -> int:
    """The fewest observations of each system that select the best with such a probability.

    Errors: as `correct_selection`; a probability outside 1 / systems to 1.

    >>> observations_needed(systems=2, lead=1, sd=4, probability=0.95)
    87
    """
    if not 1 / max(systems, 1) < probability < 1:
        raise ValueError(f"the probability lies between 1 / systems and 1; found {probability}")
    enough = 1
    while correct_selection(systems, lead, sd, enough) < probability:
        enough *= 2
    short = enough // 2
    while enough - short > 1:
        middle = (short + enough) // 2
        if correct_selection(systems, lead, sd, middle) < probability:
            short = middle
        else:
            enough = middle
    return enough
