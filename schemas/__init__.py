"""What bytes mean: every contract with the outside, and nothing that decides."""
