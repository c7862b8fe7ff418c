"""The stored rows: what the changelog holds."""
