"""What everything stands on: clock, streams, ledger, shelf, stations, orders, sites."""
