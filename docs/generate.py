"""Write the pages that are made from the code: `python docs/generate.py`."""

from pathlib import Path

from simulator.reports.catalogues import pages

for name, text in pages().items():
    (Path(__file__).parent / name).write_text(text, encoding="utf-8")
