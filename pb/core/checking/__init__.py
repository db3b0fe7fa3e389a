"""A second opinion: checks a public package with Python alone. It shares no code with what it checks; see ADR 0013."""
