"""Pages on which community groups bid."""
