"""`python -m simulator`."""

from simulator.apps.cli import main

if __name__ == "__main__":
    main()
