"""The policy as the rooms use it: compiled, with rates and rate cards."""
