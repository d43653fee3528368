"""Damaged input for as long as wanted: `python benchmarks/fuzz.py [MINUTES] [FIRST SEED]`.

Whatever is no proper answer is told with the input that brought it about; the last line counts what came of all.
"""

import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import fuzz


def main() -> int:
    """How many inputs had no proper answer."""
    minutes, seed = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0, int(sys.argv[2]) if len(sys.argv) > 2 else 0
    end, came, wrong = time.monotonic() + 60 * minutes, Counter[str](), 0
    warnings.simplefilter("ignore")
    while time.monotonic() < end:
        folder = Path(tempfile.mkdtemp())
        try:
            came[fuzz.one(seed, folder)] += 1
        except Exception:
            wrong += 1
            said = traceback.format_exc().strip().splitlines()
            print(f"seed {seed}: {fuzz.described(seed, folder)}\n  {said[-1][:300]}\n  {said[-3][:200]}", flush=True)
        else:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        seed += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(dict(came), f"wrong: {wrong}, up to seed {seed}, {peak:.0f} MB at the peak")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
