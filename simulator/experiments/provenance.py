"""What a result came from: the versions that played it."""

import platform
from importlib.metadata import version

PLAYED_WITH = ("numpy", "pandas", "pydantic", "pyyaml", "scipy", "simpy")


def packages() -> dict[str, str]:
    """The versions of Python and of the packages that numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PLAYED_WITH}}
