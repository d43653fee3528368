"""What the user writes: one file for each section, as frozen models."""
