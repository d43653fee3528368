"""A store as a table: every number of every replication, in each format."""

import csv
import math

import pyarrow.parquet
import pytest
from experiments.scenes import shelf, two
from openpyxl import load_workbook

import simulator
from simulator.experiments.store import Store
from simulator.reports.export import COLUMNS, ExportError, export


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("store") / "r.db") as store:
        first = simulator.run(shelf(level=22), 3, workers=1, store=store)
        other = simulator.run(two(), 2, workers=1, store=store)
        yield store, first, other


def table(path):
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        return header, [[*row[:10], float(row[10]), float(row[11]) if row[11] else None] for row in rows]
    if path.suffix == ".parquet":
        found = pyarrow.parquet.read_table(path)
        return found.column_names, [list(row.values()) for row in found.to_pylist()]
    header, *rows = load_workbook(path, read_only=True).active.iter_rows(values_only=True)
    return list(header), [list(row) for row in rows]


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_every_number_is_there(filled, tmp_path, ending):
    store, first, other = filled
    path = tmp_path / f"r.{ending}"
    count = export(store, path, by=("sku",))
    header, rows = table(path)
    assert header == list(COLUMNS)
    assert len(rows) == count
    found = {(int(row[0]), int(row[5]), row[7], row[8] or "", row[9] or ""): (row[10], row[11]) for row in rows}
    assert len(found) == count
    for number, result in ((1, first), (2, other)):
        for by, label in (("", ""), *(("sku", label) for label in result.labels("sku"))):
            for kpi in measured(result, by):
                sample = result.sample(kpi, by, label)
                for place, value in enumerate(sample.values):
                    if math.isnan(value):
                        continue
                    weight = None if sample.weights is None else sample.weights[place]
                    written = found.pop((number, place, kpi, by, label))
                    assert written[0] == pytest.approx(value, rel=1e-15)
                    assert written[1] == (None if weight is None else pytest.approx(weight, rel=1e-15))
    assert not found
    assert not any(math.isnan(row[10]) for row in rows)


def measured(result, by):
    """The KPIs that there are by a dimension."""
    names = result.kpi_names
    return (
        names if not by else [kpi for kpi in names if kpi in {each.kpi for each in result.estimates([by]) if each.by}]
    )


def test_one_experiment_alone(filled, tmp_path):
    store, *_ = filled
    export(store, tmp_path / "r.csv", experiments=[2])
    _, rows = table(tmp_path / "r.csv")
    assert {row[0] for row in rows} == {"2"}


def test_another_ending_or_too_many_rows_is_an_error(filled, tmp_path, monkeypatch):
    store, *_ = filled
    with pytest.raises(ExportError, match=r"the ending says the format: \.csv, \.parquet, \.xlsx"):
        export(store, tmp_path / "r.txt")
    monkeypatch.setattr("simulator.reports.export.SHEET", 5)
    (tmp_path / "r.xlsx").write_text("what was there before")
    with pytest.raises(ExportError, match="do not fit a worksheet"):
        export(store, tmp_path / "r.xlsx")
    assert (tmp_path / "r.xlsx").read_text() == "what was there before"
    assert [each.name for each in tmp_path.iterdir()] == ["r.xlsx"]
