"""What holds for every test."""

import os
import sys
from collections.abc import Generator, Iterator

import pytest

from simulator import plugins
from simulator.planning.kept_levels import SETTING

TRACED = ("tests/by_hand", "tests/measures", "tests/textbook")
"""The tests, beside the examples in docstrings, whose reach is measured where `--cov` asks for it."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tracing every line makes a simulation nearly twice as slow on Python 3.11: it is left to fast tests."""
    coverage = sys.modules.get("coverage")
    tracer = coverage.Coverage.current() if coverage is not None else None
    if tracer is None or item.nodeid.startswith(TRACED):
        return (yield)
    tracer.stop()
    try:
        return (yield)
    finally:
        tracer.start()


@pytest.fixture(autouse=True, scope="session")
def _levels_are_kept_for_these_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Not in the user's own cache, and by all workers together; commands that are started find the same folder."""
    folder = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, str(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder))
        yield


@pytest.fixture(autouse=True)
def _what_a_test_adds_is_its_own() -> Iterator[None]:
    """A rule that a test defines would else be sent to the workers of all later tests."""
    before = dict(plugins._state.own)
    yield
    plugins._state.own.clear()
    plugins._state.own.update(before)
