"""Pages of the places that collect ballots."""
