"""The shelves of which a formula knows the service exactly, so that nothing has to be played."""

import math

from simulator.planning.shelf_case import ShelfCase
from simulator.rules.replenishing import ReplenishmentRule
from simulator.textbook.targets import LeadTime, service


def exact_formula(case: ShelfCase) -> str | None:
    """The name of a formula that is exact for a shelf; None where there is none.

    Poisson lines of one size from segments without a rhythm, who all wait, on a shelf that is looked at after every
    line: the position is then evenly spread and independent of what comes (Zipkin 2000, sections 6.2 and 6.5; Axsäter
    2015, section 5.3). The lead time is constant; or else every line is ordered again at once and orders may overtake
    each other, so that what is on order is Poisson whatever the law (Palm; Zipkin 2000, section 7.4).
    """
    rule, supply = case.rule, case.supply
    sizes = {content.steady for stream in case.streams for content in stream.contents}
    size = next(iter(sizes)) if len(sizes) == 1 else None
    if size is None or size < 1 or size != round(size) or not case.answers.all_wait:
        return None
    if case.target.kind not in ("unit_fill_rate", "line_fill_rate"):
        return None
    if size > 1 and case.target.kind == "unit_fill_rate" and case.answers.whole.any():
        return None
    if rule.lot_size is not None or rule.minimum_order or rule.review or supply.capacity is not None:
        return None
    if any(not stream.rule.follows_rhythm or stream.rhythm is not None for stream in case.streams):
        return None
    if any(stream.rule.rule == "resampled" for stream in case.streams):
        return None
    if rule.rule == "base_stock":
        return "Poisson on order" if supply.crossing or not case.lead_time.sd else None
    evenly = rule.rule == "reorder_point" and getattr(rule, "multiples", False)
    if (evenly or (rule.rule == "min_max" and rule.shifts and size == 1)) and not case.lead_time.sd:
        return "Poisson demand over the lead time"
    return None


def level_by_formula(case: ShelfCase) -> tuple[float, float]:
    """The level of the exact formula, and the service that it reaches."""
    fixed = LeadTime(case.lead_time.mean)
    sized = case.rule.sized(case.demand, fixed)
    level = open_number(sized)
    lot = None if math.isinf(sized.reorder_at) else sized.highest - level
    point = round(level) if lot is not None else max(round(level) - 1, 0)
    return level, service(case.demand, fixed, point, lot, case.target.like)


def open_number(rule: ReplenishmentRule) -> float:
    """The number of a rule that a target leaves open."""
    for name in ("point", "minimum", "level"):
        if name in type(rule).model_fields and not (name == "point" and rule.review):
            return float(getattr(rule, name))
    raise ValueError(f"{rule.rule} has no level to search for")
