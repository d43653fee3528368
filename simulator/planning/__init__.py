"""What follows from a scenario before it is played: expected demand, classes, stock levels, sourcing, working time."""
