"""Somebody's own table or lines of examples, made into training files that will not be refused."""
