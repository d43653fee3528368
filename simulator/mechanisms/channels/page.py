"""How the story of an order tells what a channel sold that was not there."""

from simulator.drawing.wording import of_line

oversold = of_line("{} sold that were not there")
