"""CITATION.cff names the version that pyproject.toml names."""

import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def main() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"]
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if cited != built:
        sys.exit(f"CITATION.cff names version {cited}, pyproject.toml {built}")


if __name__ == "__main__":
    main()
