"""What is built of the project: compiled rooms, lists of dependencies."""
