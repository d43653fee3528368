"""The textbook beside the simulation: closed forms for planning and for checking a simulation."""
