"""Finds personal data and puts labels in its place, before anything else sees a document."""
