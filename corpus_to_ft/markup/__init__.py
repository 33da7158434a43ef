"""Languages of marked-up text, and how they become plain text with its structure beside it."""
