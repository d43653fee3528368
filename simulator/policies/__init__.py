"""What the company decides: pure rules, one class for each `rule:` a scenario may name."""
