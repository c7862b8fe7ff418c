"""Why a customer is what it is, and what would change that: read from its stored row.

Nothing here decides: `agents.decide` and `agents.signals` are asked, on a customer read for this.
"""
