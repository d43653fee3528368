"""How the story of an order tells what becomes of goods that customers send back."""

from simulator.drawing.wording import of_line

returned = of_line("{} come back")
restocked = of_line("{} restocked")
disposed = of_line("{} written off")
