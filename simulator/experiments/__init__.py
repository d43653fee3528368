"""What if: many replications, and what can be concluded from them."""
