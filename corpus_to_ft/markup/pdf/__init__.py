"""Finds reading order, paragraphs, headings, lists and tables in text that is only known by where it is printed."""
