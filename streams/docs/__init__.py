"""The documents that are made from the declarations."""
