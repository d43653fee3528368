"""Whatever is written into a gallery scenario or an order history, a proper answer comes of it, in time.

`benchmarks/fuzz.py` tries other seeds for as long as wanted.
"""

import tempfile
import warnings
from pathlib import Path

import fuzz
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_a_result_or_a_refusal_with_its_place(seed):
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert fuzz.one(seed, Path(folder))


def test_the_judge_is_strict():
    """Every way in which an answer may be improper is found, if it is there."""
    assert fuzz.judge("quickstart", ["run.horizon=100"]) == "refused"
    assert fuzz.judge("quickstart", ["market.segments.key_accounts.demand.orders=1e9 per day"]) == "flood"
    assert fuzz.judge("textbook/base_stock", []) == "played"
