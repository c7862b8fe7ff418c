"""What a policy would do: stored rows judged by it, and nothing put out."""
