"""Reads sites: `sites` opens them, `crawl` goes through one, `visitor` asks politely, `guard` says who may be asked."""
