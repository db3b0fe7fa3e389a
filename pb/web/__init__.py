"""Doors, one package per audience: load, allow, do, render."""
