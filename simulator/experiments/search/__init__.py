"""Search by simulation: a space of decisions, a race of its points, a winner that is confirmed."""
