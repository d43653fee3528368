"""From the fill of lines to complete orders: the power law of independent lines, and what dependence makes of it."""

from math import log

from truth.agreement import expect, play

SIZES = (2, 5, 10, 14, 26)
AVAILABLE = 0.95
LEAD_TIME, APART = 2.0, 2.4
"""Hours. Orders that are measured come further apart than a lead time, so that none meets what another took."""
RATE = -log(AVAILABLE) / LEAD_TIME
"""Units an hour, of each SKU, that others buy: with one unit of base stock it is there if none was bought for 2 h."""

LINES = """
name: Lines and orders
run: {{start: 2026-01-05, horizon: 130 days, seed: 7}}
market:
  segments:
    {segments}
    others: {{demand: {{rule: poisson, orders: {orders} per hour}}, basket: {{orders: {baskets}}}}}
products: {{{products}}}
network:
  suppliers: {{maker: {{lead_time: {lead_time} h}}}}
  sites: {{store: {{stock: {{default: {{rule: base_stock, level: 1}}}}}}}}
"""


def lines_and_orders(together: float) -> str:
    """Orders of so many lines each, one of a size every 12 h; a share of what others buy is every SKU in one order."""
    skus = [f"s{number}" for number in range(1, max(SIZES) + 1)]
    segments = [
        f"n{size}: {{demand: {{rule: scheduled, every: {APART * len(SIZES)} h, first: {APART * (place + 1)} h}}, "
        f"basket: {{orders: [{{share: 1, lines: {{{', '.join(f'{sku}: 1' for sku in skus[:size])}}}}}]}}}}"
        for place, size in enumerate(SIZES)
    ]
    alone, shared = RATE * (1 - together) * len(skus), RATE * together
    baskets = [f"{{share: {alone / (alone + shared) / len(skus)!r}, lines: {{{sku}: 1}}}}" for sku in skus]
    if shared:
        baskets.append(f"{{share: {shared / (alone + shared)!r}, lines: {{{', '.join(f'{s}: 1' for s in skus)}}}}}")
    return LINES.format(
        segments="\n    ".join(segments),
        orders=repr(alone + shared),
        baskets=f"[{', '.join(baskets)}]",
        products=", ".join(f"{sku}: {{}}" for sku in skus),
        lead_time=LEAD_TIME,
    )


def test_independent_lines_make_complete_orders_by_the_power_law():
    """95 % of lines are met: of orders of 2, 5, 10, 14 and 26 lines 90, 77, 60, 49 and 26 % are complete."""
    exact = {("order_fill_rate", "segment", f"n{size}"): AVAILABLE**size for size in SIZES}
    assert [round(100 * rate) for rate in exact.values()] == [90, 77, 60, 49, 26]
    lines = {("line_fill_rate", "segment", f"n{size}"): AVAILABLE for size in SIZES}
    expect(play(lines_and_orders(0.0), 20), {**exact, **lines}, within=0.03)


def test_a_shared_cause_makes_more_orders_complete_than_the_power_law():
    """Half of what others buy is everything at once. An order of n is complete if nobody bought everything, and none
    of its n SKUs alone: 0.95^0.5 x 0.95^(n / 2). The lines are met as before, and the power law is a floor."""
    exact = {("order_fill_rate", "segment", f"n{size}"): AVAILABLE ** (0.5 + size / 2) for size in SIZES}
    lines = {("line_fill_rate", "segment", f"n{size}"): AVAILABLE for size in SIZES}
    played = play(lines_and_orders(0.5), 20)
    expect(played, {**exact, **lines}, within=0.03)
    for size in SIZES[1:]:
        assert played["order_fill_rate", "segment", f"n{size}"].mean() > AVAILABLE**size + 0.02
