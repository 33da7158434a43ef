"""Markdown in its dialects, and the heads of its files."""
