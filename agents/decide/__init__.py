"""What follows for a customer from its figures: decisions, and nothing that acts."""
