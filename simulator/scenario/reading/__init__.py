"""How a scenario file is read: located text, trees, layers, and errors in words. The only place that knows YAML."""
