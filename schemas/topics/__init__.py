"""Every topic, its access rights and its published schemas."""
