"""The tests, one file for each file or subject of the product."""
