"""Prompts handed to a server many at a time, to be answered within a day for half the price."""
