"""What happens to a line that stock cannot meet at once."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, cast

from pydantic import AfterValidator

from simulator.model import OneOrMore
from simulator.policies.family import OneOf, Rule
from simulator.policies.views import Action, ShortageView


class StockoutRule(Rule):
    """Decides what is done about the units of a line that are short.

    Responses are asked one after the other, and what one leaves over the next one gets; the last one must be one
    that leaves nothing.
    """

    plain: ClassVar[bool] = False
    """Whether it says the same of every line, to wait or else to lose, so that it need not be asked."""

    def respond(self, short: ShortageView) -> Sequence[Action]:
        """What to do, for at most the units that are short; what is not spoken of is left to the next response."""
        raise NotImplementedError

    @property
    def ends(self) -> bool:
        """Whether it leaves nothing for a next response."""
        return False

    @property
    def waits(self) -> bool:
        """Of a plain rule: whether what is short waits for stock; else the sale is lost."""
        return True


Chain = tuple[StockoutRule, ...]


def ship_of(chain: Chain) -> Literal["units", "lines", "order"]:
    """What may leave before the rest is there, as the last response says."""
    return cast(Literal["units", "lines", "order"], getattr(chain[-1], "ship", "units"))


def _ends(chain: Chain) -> Chain:
    if not chain:
        raise ValueError("name at least one response")
    for response in chain[:-1]:
        if response.ends:
            raise ValueError(f"nothing is left over after {response.rule!r}: it must be the last response")
    if not chain[-1].ends:
        raise ValueError(f"{chain[-1].rule!r} may leave units over: end the list with backorder or lost_sale")
    return chain


Stockout = Annotated[tuple[Annotated[StockoutRule, OneOf()], ...], OneOrMore(), AfterValidator(_ends)]
