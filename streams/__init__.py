"""How bytes move: the runtime around the rooms where things are decided."""

__version__ = "0.1.0"
