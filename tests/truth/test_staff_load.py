"""Offered work against staffed hours: the plan says how busy everybody is before anything is played."""

import pytest

import simulator
from simulator.planning.returned_lines import refurbished
from simulator.planning.staff_load import loads
from simulator.scenario.reading.load import parse

NIGHT_SHIFT = """
name: The desk works at night, picking round the clock
run: {horizon: 12 weeks, warm_up: 2 weeks}
market:
  segments:
    all:
      demand: {rule: poisson, orders: 50 per day}
      basket: {lines: {poisson: {mean: 3, minimum: 1}}, units: {poisson: {mean: 2}}}
products: {p: {}, q: {}}
network:
  calendars: {night: {days: mon-fri, hours: "22:00-06:00"}}
  sites:
    w:
      stages:
        - {stage: entry, staff: 7, calendar: night, time: 20 min, line_time: 8 min}
        - {stage: picking, staff: 2, time: {exponential: {mean: 10 min}}, line_time: {exponential: {mean: 4 min}}}
"""
BATCHES = """
name: Batches of a busy day, then of a calendar
run: {horizon: 12 weeks, warm_up: 2 weeks}
market:
  rhythm: {hours: [0,0,0,0,0,0,1,2,3,4,4,4,4,4,4,4,3,2,1,0,0,0,0,0], weekdays: [1,1,1,1,1,0,0]}
  segments: {all: {demand: {rule: poisson, orders: 60 per day}, basket: {lines: 2, units: 1}}}
products: {p: {}}
network:
  sites:
    w:
      stages:
        - {stage: picking, staff: 3, batch: {orders: 6, within: 30 min}, time: {exponential: {mean: 20 min}},
           line_time: 3 min}
"""
WAVES = """
name: Waves of batches
run: {horizon: 12 weeks, warm_up: 2 weeks}
market: {segments: {all: {demand: {rule: poisson, orders: 60 per day}, basket: {lines: 2, units: 1}}}}
products: {p: {}}
network:
  sites:
    w:
      stages:
        - {stage: picking, staff: 3, waves: 4 h, batch: {orders: 6, within: 30 min},
           time: {exponential: {mean: 20 min}}, line_time: 3 min}
"""
CHANNELS = """
name: Entry modes, mistakes, lanes, collection and returns
run: {horizon: 16 weeks, warm_up: 3 weeks}
market:
  channels: {web: {entry: edi}, phone: {entry: hand}, shop: {collect: {after: 5 h, hold: 2 days}}}
  segments:
    a:
      demand: {rule: poisson, orders: 40 per day}
      channels: {web: 0.6, phone: 0.3, shop: 0.1}
      basket: {lines: {geometric: {mean: 3}}, units: 1}
      site: n
    b:
      demand: {rule: renewal, gap: {gamma: {mean: 1 h, cv: 0.5}}}
      channels: {web: {share: 0.5, basket: {lines: 5, units: 1}}, phone: 0.5}
      basket: {units: {poisson: {mean: 1}}}
      site: s
products: {p: {}, q: {}}
network:
  entry_modes:
    edi: {time: 1 min, errors: {item: 2 %, address: 1 %}}
    hand: {time: 5 min, line_time: 2 min, errors: {item: 10 %, quantity: 5 %, price: 4 %}}
  sites:
    n:
      stages:
        - {stage: entry, staff: 1, time: 3 min}
        - {stage: verification, staff: 1, time: 4 min, catches: 80 %, rework: 20 min}
        - {stage: picking, staff: 1, time: 15 min}
        - {stage: transit, staff: 20, time: 4 h}
      returns: {inspection: {staff: 1, time: {exponential: {mean: 20 min}}}}
      quality: {damage: 0.1}
    s:
      stages:
        - {stage: entry, staff: 1, time: 3 min}
        - {stage: picking, staff: 1, time: 15 min}
        - {stage: transit, staff: 20, time: 4 h}
      returns: {inspection: {staff: 1, time: 30 min}}
  lanes: [{site: n, channel: web, time: 7 h}]
service: {rules: [{returns: {rate: 0.1, damaged: 0.6, lag: {exponential: {mean: 3 days}}, window: 6 days}}]}
"""
RETURNED = CHANNELS
"""The same with more that comes back to the first site, and a workshop there: of all that comes, 30 % goes to it."""
for _old, _new in (
    ("      quality: {damage: 0.1}", "      quality: {damage: 0.1, picking_error: 0.3}"),
    (
        "      returns: {inspection: {staff: 1, time: {exponential: {mean: 20 min}}}}",
        "      returns: {inspection: {staff: 1, time: {exponential: {mean: 20 min}}}, restock: 0.7, refurbish: 0.3,\n"
        "        refurbishing: {staff: 1, time: {exponential: {mean: 1 h}}}, independent: {rate: 10 per day}}",
    ),
    (
        "window: 6 days}",
        "window: 6 days, authorisation: {time: 1 day, refused: 0.2}, transport: 1 day, fraud: {share: 0.25},\n"
        "  grades: {default: {as_new: 0.6, opened: 0.4}, damaged: {as_new: 0.1, opened: 0.4, broken: 0.5}}}",
    ),
):
    assert _old in RETURNED
    RETURNED = RETURNED.replace(_old, _new)
SUPPLIERS = """
name: Suppliers with a limit of capacity, a rule each
run: {horizon: 30 weeks, warm_up: 3 weeks}
market:
  segments: {all: {demand: {rule: poisson, orders: 30 per day}, basket: {units: {poisson: {mean: 3, minimum: 1}}}}}
products: {p: {}, q: {}, r: {}, t: {}, u: {}}
network:
  suppliers:
    x: {lead_time: {exponential: {mean: 3 h}}, capacity: 4}
    m: {lead_time: 2 h, capacity: 1}
    y: {lead_time: 5 h, capacity: 1}
    z: {lead_time: 4 h, capacity: 1}
    v: {lead_time: 1 day, capacity: 1}
  sites:
    w:
      stock:
        p: {rule: base_stock, level: 100, supplier: x}
        q: {rule: min_max, minimum: 50, maximum: 60, supplier: m}
        r: {rule: periodic, every: 8 h, level: 80, supplier: y}
        t: {rule: reorder_point, point: 50, quantity: 8, supplier: z}
        u: {rule: periodic, every: 12 h, point: 50, level: 100, supplier: v}
"""


def test_where_grade_alone_decides_it_is_known_how_much_goes_to_the_workshop() -> None:
    """Three in four are honest, and 40 % of them are opened; another rule looks at more, and may send all of it."""
    scenario = parse(RETURNED)
    assert refurbished(scenario, scenario.network.sites["n"]) == (pytest.approx(0.3), False)
    open_ = parse(RETURNED.replace("grades: {", "disposition: {rule: most_value}, grades: {"))
    assert refurbished(open_, open_.network.sites["n"]) == (1.0, True)


NEAR = 0.02
"""Where the plan approximates: batches, lots, and returns that begin after the first days."""


@pytest.mark.parametrize("text", [NIGHT_SHIFT, BATCHES, WAVES, CHANNELS, RETURNED, SUPPLIERS])
def test_everybody_is_as_busy_as_planned(text: str) -> None:
    """Utilisation of what is not overloaded is its load: within sampling error (two half widths), or 2 % of it."""
    scenario = parse(text)
    result, planned = simulator.run(scenario, 4, workers=1), loads(scenario)
    labels = result.labels("stage")
    assert len(planned) == len(set(labels) - {"waiting for stock", "credit hold"})
    for load in planned:
        name = f"{load.site} {load.stage}" if f"{load.site} {load.stage}" in labels else load.stage
        played = result.estimate("utilisation", "stage", name)
        weeks = slice(int(scenario.run.warm_up // 168), None)
        expected = float(load.work[weeks].sum() / load.hours[weeks].sum())
        off = abs(played.mean - expected)
        assert off <= max(2 * played.half_width, NEAR * expected), (name, expected, played.mean)
