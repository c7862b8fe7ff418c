"""What a worker says of itself: logs, metrics, its web pages."""
