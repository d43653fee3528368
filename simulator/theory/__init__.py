"""The textbook beside the simulation: closed forms that a planner sets policies by and a simulation is checked against.

Pure functions, one concept per module. Any unit of time will do as long as rates and lead times
share it; only `targets`, which the product sizes stock with, speaks of hours.
"""
