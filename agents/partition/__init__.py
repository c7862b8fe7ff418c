"""One partition: its customers, in order of event time, and what its next commit carries."""
