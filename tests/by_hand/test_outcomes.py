"""What a customer has lived through when an order is over, in shops that a person traced.

Told by the facts of `satisfaction`, which hold what every mechanism hears.
"""

import pytest
from by_hand.timetable import shop

from simulator.mechanisms.satisfaction.facts import Felt

DOCK = "stages: [{stage: transit, time: 30 h}], "
STOCK = "{default: {rule: reorder_point, point: 0, quantity: 8, opening: 2}}"


def felt(folder, orders, service="", more="", stages=DOCK, **kw):
    """Of each order: when it was over, and what was lived through. Promised for 24 h, and delivered after 30."""
    ledger = shop(
        folder,
        {"all": orders},
        f"{{rules: [{{promise: {{rule: fixed, time: 24 h}}}}]{service}}}",
        stages=stages,
        stock=kw.pop("stock", STOCK),
        more=f"satisfaction: {{}}\n{more}",
        horizon=300,
        **kw,
    )
    return [(each.at, each.timeliness, each.missing, each.wrong, each.contacts, each.split) for each in ledger.of(Felt)]


def test_all_at_once(tmp_path):
    """Ordered at 1, here at 31, six hours late: 3.83."""
    assert felt(tmp_path, [(1, "mug", 1)]) == [(31, 3.83, 0, 0, 0, 0)]


def test_the_rest_follows(tmp_path):
    """Two of four units at 31, the others ordered at 1, received at 21 and here at 51: a day and two hours late."""
    assert felt(tmp_path, [(1, "mug", 4)]) == [(51, 2.83, 0, 0, 0, 1)]


def test_the_rest_is_given_up(tmp_path):
    """He waits 15 h for the rest: given up at 16, while the first two are on their way; over when they come, at 31."""
    patience = {"all": ", patience: 15 h"}
    assert felt(tmp_path, [(1, "mug", 4)], **patience) == [(31, 3.83, 0.5, 0, 0, 0)]


def test_the_rest_is_given_up_after_the_first_came(tmp_path):
    """New mugs take 100 h; he gives the rest up at 41. It is over then, and late is what came at 31."""
    kw = {"all": ", patience: 40 h", "supplier": "{lead_time: 100 h}"}
    assert felt(tmp_path, [(1, "mug", 4)], **kw) == [(41, 3.83, 0.5, 0, 0, 0)]


def test_nothing_comes(tmp_path):
    """Both are sold out and lost at once, at 1: no promise was kept or broken, all is missing."""
    stock = STOCK.replace("opening: 2", "opening: 0")
    assert felt(tmp_path, [(1, "mug", 2)], ", stockout: {rule: lost_sale}", stock=stock) == [(1, 4.28, 1, 0, 0, 0)]


def test_who_is_told_in_time_minds_it_less(tmp_path):
    """A new date at 1, when the rest is short: late by a day and two hours it is half of 4.042 - 2.83 less."""
    ((at, stars, *_),) = felt(tmp_path, [(1, "mug", 4)], ", repromise: {}")
    assert (at, stars) == (51, pytest.approx((4.042 + 2.83) / 2))


def test_who_is_told_by_an_alert_minds_it_less(tmp_path):
    """The delay is seen a day before the promised date, and told: a day late is half of 4.042 - 3.83 less."""
    rules = "{rules: [{promise: {rule: fixed, time: 24 h}, notify: {rule: delay_alerts, ahead: 23 h, detects: 1}}]}"
    kw = {"stages": DOCK, "stock": STOCK, "more": "satisfaction: {}\ncommunication: {}"}
    (each,) = shop(tmp_path, {"all": [(1, "mug", 1)]}, rules, **kw).of(Felt)
    assert each.timeliness == pytest.approx((4.042 + 3.83) / 2)


def test_who_has_to_ask_is_bothered(tmp_path):
    """He asks when he has heard nothing for 10 h, is answered within 5 min, and asks again 10 h later: two contacts."""
    silent = "silent: {10 h: 1000000 per hour}, base: 0, near: {}, late: {}, upset: 0"
    more = f"communication: {{asking: {{{silent}}}}}"
    assert felt(tmp_path, [(1, "mug", 1)], more=more) == [(31, 3.83, 0, 0, 2, 0)]


def test_another_item_is_an_error(tmp_path):
    """Every line is picked wrongly."""
    site = ", quality: {picking_error: 1}, returns: {inspection: {time: 1 h}}"
    ((_, _, _, wrong, _, _),) = felt(tmp_path, [(1, "mug", 1)], site=site)
    assert wrong == 1
