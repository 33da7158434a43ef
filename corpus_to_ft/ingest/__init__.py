"""Ingest: sources become documents. One reader a file format."""
