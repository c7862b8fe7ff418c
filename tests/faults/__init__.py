"""Faults struck into real workers on a real Kafka: what they may cost is time, nothing else."""
