"""What a person sees of each command at 80 and at 200 columns: nothing wider, nothing letter by letter."""

import math

import pytest
from command import command

from simulator.drawing.wording import Number, ends, half, with_interval

TEXT = """
name: A shop with two stages and a name that is longer than a line of eighty letters would ever be able to hold
run: {start: 2026-01-05, horizon: 2 weeks, warm_up: 1 day, seed: 1}
market:
  segments:
    department stores of the north: {demand: {rule: poisson, orders: 6 per day}, basket: {units: 1}}
    guests: {demand: {rule: poisson, orders: 3 per day}, basket: {units: 1}}
    key accounts: {demand: {rule: poisson, orders: 1 per day}, basket: {units: 2}}
products: {mug: {price: 3, cost: 1}}
network:
  suppliers: {maker: {lead_time: 1 day}}
  sites:
    store:
      stages: [{stage: picking, staff: 2, time: {exponential: {mean: 2 h}}}]
      stock: {mug: {rule: base_stock, level: 18}}
service: {stockout: {rule: backorder, ship: units}, rules: [{promise: {rule: fixed, time: 1 day}}]}
costs: {holding: 1 per unit per week, backorder: 9 per unit per week}
optimise:
  minimise: total_cost
  subject_to: [{kpi: line_fill_rate, at_least: 99.9 %, confidence: 0.95}]
  decisions: {"network.sites.store.stock.mug.level": {low: 3, high: 6, step: 1}}
  trials: 4
  replications: {first: 2, most: 3, confirm: 3}
"""
LEVEL = "network.sites.store.stock.mug.level"
COMMANDS = {
    "run 1": ("run", "a.yaml", "-n", "1", "--by", "segment"),
    "run 2": ("run", "a.yaml", "-n", "2", "--by", "segment", "--by", "sku", "--percentile", "5", "--percentile", "95"),
    "run 30": ("run", "a.yaml", "-n", "30", "--all", "--by", "segment"),
    "compare 2": ("compare", "a.yaml", "b.yaml", "-n", "2", "--by", "segment"),
    "compare 30": ("compare", "a.yaml", "b.yaml", "-n", "30"),
    "sweep 1": ("sweep", "a.yaml", "--vary", f"{LEVEL}=10,18", "-n", "1"),
    "sweep 2": ("sweep", "a.yaml", "--vary", f"{LEVEL}=10,18", "-n", "2", "--by", "segment"),
    "sweep lost": ("sweep", "a.yaml", "--vary", "network.sites.store.stages[0].staff=1,2", "-n", "2", "--set", "@busy"),
    "select": ("select", "a.yaml", "b.yaml", "--kpi", "on_hand", "--smallest", "--procedure", "subset", "-n", "3"),
    "sensitivity": (
        "sensitivity",
        "a.yaml",
        "-n",
        "2",
        "--input",
        f"{LEVEL}=10..30",
        "--kpi",
        "on_hand",
        "--kpi",
        "on_time",
    ),
    "warm-up 1": ("warm-up", "a.yaml", "-n", "1"),
    "warm-up 2": ("warm-up", "a.yaml", "-n", "2"),
    "optimise": ("optimise", "a.yaml"),
}
BUSY = "market.segments.guests.demand.orders=20 per day"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.yaml").write_text(TEXT)
    (tmp_path / "b.yaml").write_text(f"extends: a.yaml\nname: More stock\n{LEVEL}: 30\n")
    return tmp_path


@pytest.mark.parametrize("wide", [80, 200])
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_it_fits_and_is_not_printed_letter_by_letter(folder, monkeypatch, words, wide):
    monkeypatch.setenv("COLUMNS", str(wide))
    done = command(*(BUSY if word == "@busy" else word for word in words), "--workers", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= wide
    crumbs = [line for line in lines if 0 < len(line.strip()) <= 2]
    assert len(crumbs) <= 2, crumbs  # a column printed letter by letter leaves many
    assert "nan" not in done.stdout
    assert "inf" not in done.stdout.replace("information", "")
    if "@busy" in words:
        assert "1 !" in done.stdout
        assert "!: never settles" in done.stdout
    if words[0] == "optimise":
        assert "winner" not in done.stdout
        assert "one keeps it: line_fill_rate at least 0.999; the nearest is given" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (Number("share of orders", 0.94, 0.706, 0.99), "94.0 % (70.6 to 99.0 %)"),
        (Number("share of orders", 0.95, 0.946, 0.954), "95.0 % ± 0.40"),
        (Number("share of orders", 1.0, 1.0, 1.0), "100.0 % ± 0.00"),
        (Number("share of orders", 1.0, 0.9996, 1.0), "100.0 % (99.960 to 100.000 %)"),
        (Number("hours", 5.0), "5"),
        (Number("hours", 5.0, 4.0, math.nan), "5 (from 4)"),
        (Number("hours", 5.0, math.nan, 7.5), "5 (up to 7.5)"),
        (Number("hours", 5.0, -math.inf, math.inf), "5"),
        (Number("hours", 5.0, 5.0, 5.0), "5 ± 0"),
        (Number("money", -6720.0, -6720.0, -6720.0 + 1e-10), "−6,720 ± 0"),
    ],
)
def test_intervals_are_said_by_half_their_width_or_by_their_ends(number, said):
    assert (
        with_interval(
            {0.94: "94.0 %", 0.95: "95.0 %", 1.0: "100.0 %", 5.0: "5", -6720.0: "−6,720"}[number.mean], number
        )
        == said
    )


def test_ends_without_width_have_few_decimals():
    assert ends(-6720.0, -6720.0 + 1e-10) == "−6,720 to −6,720"
    assert half(Number("hours", math.nan)) == ""


def test_kpis_are_shown_by_name_and_pattern(folder):
    done = command("run", "a.yaml", "-n", "2", "--workers", "1", "--kpi", "on_hand", "--kpi", "*_fill_rate", cwd=folder)
    rows = [line.split()[0] for line in done.stdout.splitlines()[2:] if line.strip()]
    assert rows.index("on_hand") < rows.index("line_fill_rate")  # as they were named
    assert "on_time" not in done.stdout
    assert "line_fill_rate" in done.stdout
    wrong = command("run", "a.yaml", "-n", "2", "--kpi", "on_had", cwd=folder)
    assert wrong.returncode == 2
    assert "did you mean 'on_hand'" in wrong.stderr
