"""What goes out: records and their fields."""
