"""Providers: what answers prompts, from the embedded engine to any chat model."""
