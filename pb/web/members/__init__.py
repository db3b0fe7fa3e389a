"""Pages on which members decide."""
