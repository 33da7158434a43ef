"""Summarize: a document is fitted into a token budget, in levels when it is long."""
