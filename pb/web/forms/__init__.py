"""Forms: the shape of what people enter."""
