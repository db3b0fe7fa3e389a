"""Pages for signing in and looking after an account."""
