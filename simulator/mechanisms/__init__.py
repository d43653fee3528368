"""What takes part in the life-cycle of orders: one folder each, switched on by the scenario."""
