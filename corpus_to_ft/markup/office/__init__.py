"""Turns the XML of word processors and presentations into text with structure."""
