"""Checks: an example is kept, or rejected with a reason."""
