"""Everybody who waits gets a part."""

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

from simulator.policies.allocation import AllocationRule


class FairShare(AllocationRule):
    """A receipt is shared out in proportion to what each line waits for, in whole units.

    What rounding leaves goes one unit each to those whose share was cut most. Lines that ship only whole keep
    first come, first served.

    ```yaml
    rule: fair_share
    ```

    >>> FairShare().shares(7, [10, 4, 1])
    [5.0, 2.0, 0.0]
    >>> FairShare().shares(20, [10, 4, 1])
    [10.0, 4.0, 1.0]
    """

    rule: Literal["fair_share"] = "fair_share"
    shares_out: ClassVar[bool] = True

    def shares(self, units: float, wanted: Sequence[float]) -> list[float]:
        total = sum(wanted)
        if units >= total:
            return [float(each) for each in wanted]
        exact = [units * each / total for each in wanted]
        given = [float(math.floor(each + 1e-9)) for each in exact]
        left = units - sum(given)
        for place in sorted(range(len(wanted)), key=lambda place: given[place] - exact[place]):
            if left < 1 - 1e-9:
                break
            given[place] += 1.0
            left -= 1.0
        return given
