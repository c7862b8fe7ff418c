"""What bytes mean: every contract that crosses Whalecurve's door, and nothing that decides."""
