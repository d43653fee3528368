"""What people are told: one file for each product."""
