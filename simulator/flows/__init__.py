"""What goes on: SimPy processes, one file for each SCOR process. They neither decide nor measure."""
