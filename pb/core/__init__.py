"""The rules of the game: what decides, free of HTTP, SQL, clocks, files and chance that were not passed in."""
