"""The command `simulator`, as a user types it."""

import json
import subprocess
import sys

import pytest
from command import command

GOOD = "textbook/base_stock"
SHORT = ("--set", "run.horizon=20 weeks")


def test_json_is_one_object_and_nothing_else():
    done = command("run", GOOD, *SHORT, "-n", "3", "--workers", "2", "--seed", "7", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {key: found[key] for key in ("seed", "replications")} == {"seed": 7, "replications": 3}
    assert set(found) == {"scenario", "hash", "seed", "replications", "version", "warnings", "kpis", "provenance"}
    whole = {row["kpi"]: row for row in found["kpis"] if not row["by"]}
    assert 0.7 < whole["unit_fill_rate"]["mean"] < 0.95
    assert whole["unit_fill_rate"]["half_width"] > 0
    assert whole["unit_fill_rate"]["unit"] == "share of units"
    assert [row for row in found["kpis"] if row["by"] == {"sku": "part"} and row["kpi"] == "on_hand"]


def test_one_replication_has_no_interval_and_no_nan():
    done = command("run", GOOD, *SHORT, "-n", "1", "--format", "json")
    assert "NaN" not in done.stdout
    assert all(row["half_width"] is None for row in json.loads(done.stdout)["kpis"])


def test_table_and_slices():
    done = command("run", GOOD, *SHORT, "-n", "2", "--workers", "1", "--by", "sku")
    assert done.returncode == 0
    assert "unit_fill_rate" in done.stdout
    assert "by sku" in done.stdout
    assert "part" in done.stdout


def test_csv_has_a_header_and_a_row_per_slice():
    done = command("run", GOOD, *SHORT, "-n", "2", "--workers", "1", "--by", "sku", "--format", "csv")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("kpi,by,label,unit,mean,half_width")
    assert any(line.startswith("on_hand,sku,part,units,") for line in lines)


def test_precision_replicates_until_it_is_met():
    done = command("run", GOOD, *SHORT, "--precision", "unit_fill_rate=0.01", "--workers", "1", "--format", "json")
    found = json.loads(done.stdout)
    row = next(row for row in found["kpis"] if row["kpi"] == "unit_fill_rate" and not row["by"])
    assert row["half_width"] <= 0.01 * row["mean"]
    assert found["replications"] >= 8


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "no_such_scenario"), "no_such_scenario"),
        (("run", "quickstar"), "did you mean 'quickstart'"),
        (("run", GOOD, "--set", "run.sed=1"), "did you mean 'seed'"),
        (("run", GOOD, "--precision", "fill=0.1"), "there is no KPI 'fill'"),
        (("run", GOOD, "--precision", "unit_fill_rate=x"), "relative half width"),
        (("run", GOOD, "-n", "0"), "0"),
        (("run", GOOD, *SHORT, "-n", "1", "--by", "colour"), "no dimension 'colour'"),
        (("run", GOOD, "--report", "/no/such/folder/r.html"), "there is no folder"),
        (("check", "no_such.yaml"), "no_such.yaml"),
        (("story", GOOD, *SHORT, "--order", "999999"), "there is no order 999999"),
        (("kpis", "no_such"), "there is no KPI 'no_such'"),
        (("rules", "no_such"), "there is no rule 'no_such'"),
        (("fit", "no_such.csv", "-o", "x.yaml"), "no_such.csv"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_bad_input_is_told_in_words_with_status_2(words, said, tmp_path):
    done = command(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_check_tells_every_error_at_once(tmp_path):
    (tmp_path / "bad.yaml").write_text(f"extends: {GOOD}\nrun.sed: 3\nnetwork.sites.store.stock.part.level: -4\n")
    done = command("check", "bad.yaml", GOOD, cwd=tmp_path)
    assert done.returncode == 2
    assert "bad.yaml:2:" in done.stderr
    assert "bad.yaml:3:" in done.stderr
    assert f"{GOOD}: fine" in done.stdout


def test_catalogues_are_printed():
    assert "perfect_order_rate" in command("kpis").stdout
    assert "RL.1.1" in command("kpis").stdout
    assert "promised at order entry" in command("kpis", "on_time").stdout
    assert "reorder_point" in command("rules").stdout
    assert "Units in one order" in command("rules", "reorder_point").stdout
    assert json.loads(command("schema").stdout)["properties"]["market"]


def test_story_tells_an_order_from_entry_to_delivery():
    done = command("story", GOOD, *SHORT, "--order", "3")
    assert "Order 3" in done.stdout
    assert "orders" in done.stdout
    assert "delivered" in done.stdout


def test_help_enters_no_heavy_room():
    program = (
        "import sys; sys.argv = ['simulator', '--help']\nimport simulator.cli.main as c\n"
        "try: c.main()\nexcept SystemExit: pass\nprint(sorted(set(sys.modules) & set(HEAVY)))"
    )
    program = program.replace(
        "HEAVY", "['numpy', 'scipy', 'pandas', 'simpy', 'matplotlib', 'pydantic', 'rich', 'yaml']"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_lists_every_command_on_one_line_in_the_order_of_a_study():
    from click.testing import CliRunner

    from simulator.cli.group import ORDER, cli

    done = CliRunner().invoke(cli, ["--help"], terminal_width=80)
    listed = [line.strip() for line in done.stdout.partition("Commands:\n")[2].splitlines()]
    assert tuple(line.split()[0] for line in listed) == ORDER
    assert not [line for line in listed if line.endswith("...")]
