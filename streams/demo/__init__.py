"""The first look: an embedded broker and sample traffic."""
