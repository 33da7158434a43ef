"""Tune: training files go to a host, and a job there is followed to its end."""
