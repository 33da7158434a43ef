"""Generate: passages become examples. One generator a kind."""
