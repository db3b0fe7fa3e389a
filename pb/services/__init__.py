"""Verbs: one function, one use case, one transaction, one event in the ledger."""
