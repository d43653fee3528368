"""Which of several systems is best: procedures over values, and where the values of scenarios come from."""
