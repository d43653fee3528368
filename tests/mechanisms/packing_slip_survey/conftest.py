"""The plugin is loaded by the tests that need it: collected, it would be there for all others."""

collect_ignore = ["survey.py"]
