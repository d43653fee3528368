"""A user of the wheel has the gallery too."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built by the project's own build backend."""
    folder = tmp_path_factory.mktemp("wheel")
    program = (
        f"import os; os.chdir({str(ROOT)!r}); from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_gallery_the_templates_and_the_type_marker(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "simulator/gallery/quickstart.yaml" in names
    assert "simulator/py.typed" in names
    assert {f"simulator/drawing/templates/{name}" for name in ("base.html", "parts.html", "page.css")} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "scenarios/"))]


def test_it_runs_from_an_empty_environment_and_another_folder(wheel, tmp_path):
    """The wheel alone goes into a new environment; what it depends on is found where the tests found it."""
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    site = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True, check=True
    ).stdout.strip()
    zipfile.ZipFile(wheel).extractall(site)
    others = [path for path in sys.path if path.endswith("site-packages")]
    (Path(site) / "dependencies.pth").write_text("\n".join(others))
    words = ["run", "quickstart", "-n", "2", "--workers", "2", "--set", "run.horizon=10 weeks"]
    where = subprocess.run(
        [python, "-c", "import simulator; print(simulator.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(tmp_path) in where.stdout
    done = subprocess.run([python, "-m", "simulator", *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "line_fill_rate" in done.stdout
