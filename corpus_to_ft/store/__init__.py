"""Store: one SQLite file a run, written by the driving process alone."""

from corpus_to_ft.store.database import RunStore

__all__ = ["RunStore"]
