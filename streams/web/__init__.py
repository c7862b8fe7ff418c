"""What a worker serves over HTTP: health and metrics."""
