"""Speeds, side by side in one run: `make bench` prints ratios, since single figures only tell of the machine."""
