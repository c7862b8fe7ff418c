"""Decisions put into records: what is rendered here decides nothing."""
