"""One worker: its assignment, the partitions that it holds, and the one composition root."""
