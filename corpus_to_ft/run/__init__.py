"""Run: do each item once, wherever the work happens."""
