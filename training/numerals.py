"""Scores as the field writes them; the core shows them too, so they are made there."""

from mer_core.scores import as_interval, as_score

__all__ = ["as_interval", "as_score"]
