"""Morphological analyzers: how a text falls into sentences and morphemes."""
