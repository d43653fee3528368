"""A rule added to the file of its family works everywhere, and nothing else needs to know."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULE = (ROOT / "docs" / "add_a_rule.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
RESPONSE = """
from typing import Literal

from simulator.rules.stockout import StockoutRule
from simulator.rules.views import Lose
from simulator.units import Money


class SmallChange(StockoutRule):
    \"\"\"Do without what is worth little; the rest is left to the next response.

    ```yaml
    rule: small_change
    below: 20
    ```
    \"\"\"

    rule: Literal["small_change"] = "small_change"
    below: Money
    \"\"\"Lines whose short units are worth less are not waited for.\"\"\"

    def respond(self, short):
        return (Lose(short.units),) if short.value < self.below else ()
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the package with the documentation's example rule added."""
    folder = tmp_path_factory.mktemp("seam")
    shutil.copytree(ROOT / "simulator", folder / "simulator", ignore=shutil.ignore_patterns("__pycache__", "gallery"))
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    for family, rule in (("replenishing", RULE), ("stockout", RESPONSE)):
        with (folder / f"simulator/rules/{family}.py").open("a", encoding="utf-8") as file:
            file.write(f"\n\n{rule}")
    return folder


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "simulator", *words], cwd=folder, capture_output=True, text=True)


def scenario(folder: Path, stock: str) -> str:
    (folder / "truck.yaml").write_text(f"extends: textbook/base_stock\nnetwork.sites.store.stock.part: {stock}\n")
    return "truck.yaml"


def test_it_runs_from_yaml(copy):
    done = command(copy, "run", scenario(copy, "{rule: truck_load, point: 12, load: 20}"), "-n", "1", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "unit_fill_rate" in done.stdout


def test_it_is_listed_and_in_the_schema(copy):
    assert "truck_load" in command(copy, "rules").stdout
    assert "Units on a truck" in command(copy, "rules", "truck_load").stdout
    assert "Units on a truck" in command(copy, "schema").stdout


def test_its_bad_values_and_a_misspelt_tag_are_told_with_their_line(copy):
    done = command(copy, "check", scenario(copy, "{rule: truck_load, point: -1, lode: 20}"))
    assert done.returncode == 2
    assert "truck.yaml:2:" in done.stderr
    assert "did you mean 'load'" in done.stderr
    done = command(copy, "check", scenario(copy, "{rule: truck_lod, point: 1}"))
    assert "truck_load" in done.stderr


def test_a_response_to_shortages_works_in_a_chain(copy):
    chain = "service: {stockout: [{rule: small_change, below: 1000}, {rule: backorder}]}"
    (copy / "chain.yaml").write_text(f"extends: textbook/base_stock\nproducts.part.price: 3\n{chain}\n")
    done = command(copy, "run", "chain.yaml", "-n", "1", "--workers", "1", "--format", "json")
    assert done.returncode == 0, done.stderr
    whole = {row["kpi"]: row["mean"] for row in json.loads(done.stdout)["kpis"] if not row["by"]}
    assert whole["lost_sales"] > 0.01
    assert whole["backordered_lines"] == 0


def test_the_contract_tests_run_it(copy):
    shutil.copytree(ROOT / "tests" / "rules", copy / "tests" / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    asked = ["-p", "no:cacheprovider", "-q", "--import-mode=importlib", "-o", "pythonpath=tests", "-k", "small_change"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *asked, "tests/rules/test_contract.py", "tests/rules/test_decisions.py"],
        cwd=copy,
        env={name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},  # those are not for these
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 4
