"""Open a report in a real browser: it shows text and charts, and asks the network for nothing."""

import subprocess
import sys
import tempfile
from pathlib import Path

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=900,3000",
]


def main(browser: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder) / "report.html", Path(folder) / "report.png"
        words = ["run", "quickstart", "-n", "3", "--set", "run.horizon=16 weeks", "--report", str(page)]
        subprocess.run([sys.executable, "-m", "simulator", *words], check=True, stdout=subprocess.DEVNULL)
        profile = f"--user-data-dir={folder}/profile"
        dom = subprocess.run(
            [browser, *QUIET, profile, "--dump-dom", page.as_uri()],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        for wanted in ("Gift wholesaler, quickstart", "<svg", "Cost by activity", "simulator story"):
            if wanted not in dom:
                sys.exit(f"the page in the browser lacks {wanted!r}")
        subprocess.run(
            [browser, *QUIET, profile, f"--screenshot={picture}", page.as_uri()],
            check=True,
            capture_output=True,
            timeout=120,
        )
        _is_drawn(picture)
        print("the report opens in a browser, with its charts")


def _is_drawn(picture: Path) -> None:
    """The picture is neither blank nor one grey: a fifth of its rows have ink."""
    from matplotlib.image import imread

    grey = imread(picture)[..., :3].mean(axis=2)
    inked = (grey < 0.5).any(axis=1).mean()
    if inked < 0.2:
        sys.exit(f"the page is nearly blank: {inked:.0%} of its rows have ink")


if __name__ == "__main__":
    main(sys.argv[1])
