"""Explaining a count: how near the losers came, who got something, how firm it is, what other rules would give."""
