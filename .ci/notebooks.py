"""Run every notebook from its first cell to its last, and see that it is stored without outputs."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"


def main() -> None:
    for path in sorted(FOLDER.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        if any(cell.outputs or cell.execution_count for cell in cells):
            sys.exit(f"{path.name}: is stored with outputs; clear them")
        NotebookClient(notebook, timeout=300, resources={"metadata": {"path": FOLDER}}).execute()
        print(f"{path.name}: {len(cells)} cells run")


if __name__ == "__main__":
    main()
