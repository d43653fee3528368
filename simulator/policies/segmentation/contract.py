"""Classes by contract alone."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.policies.segmentation import SegmentationRule, Turnover


class ByContract(SegmentationRule):
    """By contract: those named in `contracts` are in the class agreed, all the others in one.

    ```yaml
    rule: contract
    contracts: {Miller & Sons: gold, Baker: silver}
    other: standard
    ```

    >>> rule = ByContract(contracts={"Miller & Sons": "gold", "Baker": "silver"}, other="standard")
    >>> rule.labels
    ('gold', 'silver', 'standard')
    """

    rule: Literal["contract"] = "contract"
    other: Annotated[str, Field(min_length=1)]
    """The class of those without a contract."""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.contracts.values(), self.other)))

    def classify(self, turnover: Turnover) -> list[str]:
        return [self.other] * len(turnover.value)
