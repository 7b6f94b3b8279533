"""The cells of one row of a table from a stranger, each checked when it is taken."""

from collections.abc import Iterable
from math import isfinite

from mer_core.clip_sources.limits import shown
from mer_core.errors import MarkerFileError
from mer_core.exports.long_csv import FORMULA_BEGINNINGS

_LARGEST = 1e9
_MOST_DIGITS = 9


class Cells:
    """The cells of one row by column, and where the row stands; cells that are not there are empty.

    Every method but `text` raises MarkerFileError, naming row and column, for what the column does not allow.
    """

    def __init__(self, cells: dict[str, str], where: str) -> None:
        self.cells = cells
        self.where = where

    def text(self, column: str) -> str:
        """Text as it was before the long CSV kept spreadsheets from taking it for a formula."""
        text = self.cells.get(column, "")
        return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_BEGINNINGS) else text

    def one_of(self, column: str, choices: Iterable[str], otherwise: str = "") -> str:
        """One of some words; `otherwise` for an empty cell."""
        # Spreadsheets write true as TRUE.
        by_lower = {choice.lower(): choice for choice in choices}
        word = (self._word(column) or otherwise).lower()
        if word not in by_lower:
            listed = ", ".join(choice for choice in by_lower.values() if choice)
            raise self.complaint(column, f"one of {listed}")
        return by_lower[word]

    def number(self, column: str) -> float | None:
        """A number; None for an empty cell."""
        word = self._word(column)
        if not word:
            return None
        try:
            value = float(word)
        except ValueError:
            value = float("nan")
        if not isfinite(value) or abs(value) > _LARGEST:
            raise self.complaint(column, "a number")
        return value

    def whole_numbers(self, column: str) -> tuple[int, ...]:
        """Whole numbers from 0 with spaces between; none for an empty cell."""
        words = self._word(column).split()
        if not all(word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS for word in words):
            raise self.complaint(column, "frame numbers")
        return tuple(int(word) for word in words)

    def complaint(self, column: str, wanted: str) -> MarkerFileError:
        """What to raise for a cell."""
        return MarkerFileError(f"{self.where}: {column} is {shown(self._word(column))!r}; write {wanted}.")

    def _word(self, column: str) -> str:
        return self.cells.get(column, "").strip()
