"""What the company or the customer decides: one file for each family of rules."""
