"""What no single model of a scenario can see: rules that clash, and commitments that cannot be kept."""
