"""How a scenario file is read: the rooms behind `load.py`, and the only place that knows YAML."""
