"""Pages on which residents vote."""
