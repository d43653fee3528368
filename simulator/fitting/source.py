"""The history that a resampled or replayed scenario draws on: the file itself, or a clean copy beside the scenario."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.fitting.rows import Lines
from simulator.scenario.history import HistoryError, read_history
from simulator.scenario.market import History

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("order", "time", "sku", "units", "price", "segment", "channel", "customer", "type")


def describe(file: Path, columns: Mapping[str, str], lines: Lines) -> "tuple[dict[str, Any], pd.DataFrame | None]":
    """`market.history`, and the clean copy to be written as its file where the scenario cannot read the original."""
    named = {role: columns[role] for role in ROLES if role in columns and _says_something(lines, role)}
    words = lines.sales["type"].unique()
    if "type" in named:
        named["sale"] = str(words[0])
    as_it_is = {"file": str(file.resolve()), "columns": named}
    if len(words) == 1 and _reads_alike(as_it_is, lines):
        return as_it_is, None
    kept = [role for role in ROLES[:-1] if _says_something(lines, role)]
    copy = lines.sales[kept].sort_values(["time", "order"], kind="stable")
    stem = file.name.removesuffix(".gz").rsplit(".", 1)[0]
    return {"file": f"{stem}_sales.csv.gz", "columns": {role: role for role in kept}}, copy


def _says_something(lines: Lines, role: str) -> bool:
    return role not in ("segment", "channel", "customer", "type") or bool((lines.sales[role] != "").any())


def _reads_alike(history: dict[str, Any], lines: Lines) -> bool:
    """Whether the scenario's own reader finds the same orders in the file."""
    try:
        orders = read_history(History.model_validate(history))
    except (HistoryError, TypeError):  # a TypeError where only some times have a zone
        return False
    sales = lines.sales
    heads = sales.drop_duplicates("order")
    return (
        len(orders) == len(heads)
        and len(orders.sku) == len(sales)
        and abs(float(orders.units.sum()) - float(sales["units"].sum())) < 1e-6
        and set(orders.sku.tolist()) == set(sales["sku"])
        and sorted(orders.segment.tolist()) == sorted(heads["segment"])
        and sorted(orders.channel.tolist()) == sorted(heads["channel"])
    )
