"""Pages on which officers run rounds."""
