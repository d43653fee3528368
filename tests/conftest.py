"""What holds for every test."""

from collections.abc import Iterator

import pytest

from simulator import plugins


@pytest.fixture(autouse=True)
def _what_a_test_adds_is_its_own() -> Iterator[None]:
    """A rule that a test defines would else be sent to the workers of all later tests."""
    before = dict(plugins._state.own)
    yield
    plugins._state.own.clear()
    plugins._state.own.update(before)
