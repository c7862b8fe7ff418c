"""The inbound events: their fields, how they are decoded, and why one is rejected."""
