"""Which of several systems is best: procedures that look at nothing but values, wherever these come from."""
