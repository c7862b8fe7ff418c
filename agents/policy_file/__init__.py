"""The policy file: its keys, their checks, and how it is compiled."""
