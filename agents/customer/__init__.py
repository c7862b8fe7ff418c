"""What is kept of one customer, each kept thing in a file of its own."""
