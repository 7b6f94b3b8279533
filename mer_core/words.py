"""Small pieces of sentences."""

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """At least one name as a sentence lists them, e.g. "nose, cheeks and chin"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
