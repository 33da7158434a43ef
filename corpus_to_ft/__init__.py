"""corpus-to-ft: documents people already have, turned into fine-tuning data they can trust."""

__version__ = "0.1.0"
