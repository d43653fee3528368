"""`simulator atp`: the table that a textbook shows, at the start of a run and in the course of it."""

import json
from pathlib import Path

import pytest
from command import command

PUMPS = """
name: Pumps
run: {start: 2026-01-05, horizon: 20 weeks, seed: 1}
market:
  history: {file: orders.csv, columns: {requested: requested}}
  segments: {all: {demand: {rule: replayed}}}
products: {pump: {price: 10, cost: 5}, other: {}}
network:
  suppliers: {plant: {lead_time: 20 weeks}}
  sites:
    works:
      stock:
        pump:
          rule: master_schedule
          opening: 64
          receipts:
            - {at: 2026-01-19, units: 70}
            - {at: 4 weeks, units: 70}
            - {at: 6 weeks, units: 70}
            - {at: 7 weeks, units: 70}
        other: {rule: base_stock, level: 5}
    shop: {}
service:
  rules: [{promise: {rule: available_to_promise, cycle: 0 h}}]
  reservation: {release: 0 h}
"""
BOOKED = {"2026-01-08": 33, "2026-01-15": 20, "2026-01-22": 10, "2026-01-29": 4, "2026-02-05": 2}


@pytest.fixture
def pumps(tmp_path: Path) -> str:
    rows = [f"{place},2026-01-05 00:00,pump,{units},{day}" for place, (day, units) in enumerate(BOOKED.items(), 1)]
    (tmp_path / "orders.csv").write_text("\n".join(["order,time,sku,units,requested", *rows]) + "\n")
    file = tmp_path / "pumps.yaml"
    file.write_text(PUMPS.replace("all: {demand: {rule: replayed}}", "all: {site: works, demand: {rule: replayed}}"))
    return str(file)


def test_the_table_of_the_textbook(pumps):
    """On hand 64, lots of 70 in weeks 3, 5, 7 and 8: ATP is 11, 56, 68, 70, 70."""
    told = json.loads(command("atp", pumps, "--sku", "pump", "--at", "1 min", "--format", "json").stdout)
    assert (told["on_hand"], told["owed"], told["site"]) == (64, 0, "works")
    column = {name: [row[name] for row in told["buckets"]] for name in told["buckets"][0]}
    assert column["receipts"] == [0, 0, 70, 0, 70, 0, 70, 70]
    assert column["commitments"] == [33, 20, 10, 4, 2, 0, 0, 0]
    assert column["discrete"] == [11, 0, 56, 0, 68, 0, 70, 70]
    assert column["cumulative"] == [11, 11, 67, 67, 135, 135, 205, 275]
    assert column["look_ahead"] == [11, 11, 67, 67, 135, 135, 205, 275]
    assert column["projected"] == [31, 11, 71, 67, 135, 135, 205, 275]


def test_at_the_start_nothing_is_committed(pumps):
    lines = command("atp", pumps, "--sku", "pump", "--bucket", "2 weeks", "--buckets", "2").stdout.splitlines()
    assert lines[0] == "pump at works, Mon 2026-01-05 00:00: 64 on hand"
    assert lines[2].split()[3:] == ["0", "0", "64", "64", "64", "64"]
    assert lines[3].split()[3:] == ["70", "0", "70", "134", "134", "134"]
    rows = command("atp", pumps, "--sku", "pump", "--at", "2026-01-20", "--format", "csv").stdout.splitlines()
    assert rows[0] == "from,receipts,commitments,discrete,cumulative,look_ahead,projected"
    assert rows[1] == "2026-01-20T00:00:00,0.0,10.0,71.0,71.0,71.0,71.0"


def test_the_story_shows_what_could_be_promised(pumps):
    told = command("story", pumps, "--order", "5").stdout
    assert "Available to promise when it came, pump at works, Mon 2026-01-05 00:00: 64 on hand" in told
    assert [line.split()[4:7] for line in told.splitlines() if "2026-02-02 00:00  " in line] == [
        ["2", "68", "135"]
    ] or ("Mon 2026-02-02 00:00        70            0" in told)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sku", "pmup"), "there is no SKU 'pmup'; did you mean 'pump'?"),
        (("--sku", "pump", "--site", "shop"), "site 'shop' has no limited stock"),
        (("--sku", "pump", "--site", "nowhere"), "there is no site 'nowhere'"),
        (("--sku", "pump", "--at", "yesterday"), "a date such as 2026-01-19"),
        (("--sku", "pump", "--at", "2027-01-01"), "--at lies in the run"),
        (("--sku", "pump", "--bucket", "3"), "a duration with its unit is expected"),
    ],
)
def test_what_is_wrong_is_said(pumps, options, said):
    result = command("atp", pumps, *options)
    assert result.returncode == 2
    assert said in result.stderr


def test_a_receipt_before_the_run_is_refused(pumps):
    text = Path(pumps).read_text().replace("2026-01-19", "2025-12-31")
    Path(pumps).write_text(text)
    told = command("check", pumps)
    assert told.returncode == 2
    assert "network.sites.works.stock.pump.receipts[0].at: 2025-12-31 is before the run" in told.stderr
    Path(pumps).write_text(text.replace("2025-12-31", "soon"))
    assert "a date such as 2026-01-19" in command("check", pumps).stderr


def test_a_request_before_its_order_is_refused(pumps):
    file = Path(pumps).parent / "orders.csv"
    file.write_text(file.read_text().replace("2026-01-08", "2026-01-04"))
    told = command("story", pumps, "--order", "1")
    assert told.returncode == 2
    assert "orders.csv:2:" in told.stderr
    assert "requested for 2026-01-04, before it was ordered" in told.stderr
