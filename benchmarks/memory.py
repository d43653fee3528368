"""How much memory the commands take: `python benchmarks/memory.py`, some minutes.

Each command runs in processes of its own; what the largest of them held at its peak is told in MB, and the command
fails where that is more than the goal. `--workers 1` has everything in one process.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL = 500
"""MB of a process that plays, measures and writes."""
SCENARIOS = {
    "quickstart": "",
    "gift_wholesaler": "",
    "full_service": "",
    "textbook/picking_team": "",
    "quickstart, 10 years": "run.horizon=520 weeks",
}
COMMANDS = {
    "run": ["run", "-n", "2"],
    "run, report and workbook": ["run", "-n", "2", "--report", "r.html", "--excel", "w.xlsx"],
    "run, json, by sku": ["run", "-n", "2", "--by", "sku", "--format", "json"],
    "warm-up": ["warm-up", "-n", "2"],
    "compare": ["compare", "-n", "2"],
}


def peak(words: list[str], folder: str) -> tuple[float, float, int]:
    """Peak of a command in MB, its seconds and its status."""
    child = os.fork()
    if not child:  # a process of its own, so that the peak of its children is that of this command alone
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "simulator", *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        if done.returncode:
            sys.stderr.write(done.stderr.decode()[-400:])
        held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        Path(folder, "peak").write_text(f"{held} {time.perf_counter() - began} {done.returncode}")
        os._exit(0)
    os.waitpid(child, 0)
    held, seconds, status = Path(folder, "peak").read_text().split()
    return float(held), float(seconds), int(status)


def main() -> int:
    """Print a table; 1 if anything takes more than the goal."""
    print(f"| MB at the peak ({os.cpu_count()} cores) |", " | ".join(COMMANDS), "|")
    print("|---" * (len(COMMANDS) + 1), "|", sep="")
    most = 0.0
    for name, change in SCENARIOS.items():
        scenario = name.partition(",")[0]
        cells = []
        for command in COMMANDS.values():
            changes = ["--set", change] if change else []
            several = [scenario, "other.yaml"] if command[0] == "compare" else [scenario]
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "other.yaml").write_text(f"extends: {scenario}\nname: Other\nabout: another\n")
                if command[0] == "compare":
                    with Path(folder, "other.yaml").open("a") as other:
                        other.write("costs.order: 3\n")
                words = [command[0], *several, *command[1:], *changes, "--workers", "1"]
                held, seconds, status = peak(words, folder)
            most = max(most, held)
            cells.append(f"{held:.0f} ({seconds:.0f} s)" if not status else f"status {status}")
        print(f"| {name} |", " | ".join(cells), "|", flush=True)
    return int(most > GOAL)


if __name__ == "__main__":
    sys.exit(main())
