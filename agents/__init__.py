"""What is decided: pure rooms, without clock, chance, environment or input and output."""
