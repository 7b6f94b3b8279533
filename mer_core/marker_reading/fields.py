"""Values of a JSON file from a stranger, each checked when it is taken."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from mer_core.clip_sources.limits import shown
from mer_core.errors import MarkerFileError


def read_json(text: str, name: str) -> "Fields":
    """The object that a JSON file holds.

    Raises:
        MarkerFileError: it is no JSON, nests without end, holds NaN or infinity, or is not an object.
    """
    try:
        values = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise MarkerFileError(f"{name} nests its values too deeply; it was not written by this program.") from error
    except ValueError as error:
        raise MarkerFileError(f"{name} is not readable JSON ({error}); save or copy it again.") from error
    return Fields(values, name)


class Fields:
    """The entries of one JSON object, and where it stands in its file.

    Every method raises MarkerFileError, naming the entry, where its value is missing or not of the kind asked for.
    """

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, dict):
            raise MarkerFileError(f"{where} is not a JSON object; it was not written by this program.")
        self.values: dict[str, Any] = values
        self.where = where

    def part(self, name: str) -> "Fields":
        """An object within this one."""
        return Fields(self._value(name), f"{self.where}: {name}")

    def parts(self, name: str, most: int) -> tuple["Fields", ...]:
        """A list of objects."""
        value = self._value(name)
        if not isinstance(value, list) or len(value) > most:
            raise self._complaint(name, value, f"a list of at most {most}")
        return tuple(Fields(one, f"{self.where}: {name} {index}") for index, one in enumerate(value))

    def text(self, name: str, longest: int) -> str:
        """Text of limited length."""
        value = self._value(name)
        if not isinstance(value, str) or len(value) > longest or _has_half_letters(value):
            raise self._complaint(name, value, f"text of at most {longest} letters")
        return value

    def one_of(self, name: str, choices: Iterable[str]) -> str:
        """One of some words."""
        value = self._value(name)
        if not isinstance(value, str) or value not in choices:
            raise self._complaint(name, value, f"one of {', '.join(choices)}")
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._value(name)
        if not isinstance(value, bool):
            raise self._complaint(name, value, "true or false")
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number within limits, both included."""
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._complaint(name, value, f"a whole number from {low} to {high}")
        return value

    def number(self, name: str, low: float, high: float) -> float:
        """A number within limits, both included."""
        value = self._value(name)
        # A comparison with NaN is never true.
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise self._complaint(name, value, f"a number from {low:g} to {high:g}")
        return float(value)

    def number_or_none(self, name: str, low: float, high: float) -> float | None:
        """As `number`; None where the file says null."""
        return None if self._value(name) is None else self.number(name, low, high)

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise MarkerFileError(f"{self.where} has no entry {name!r}; save or copy it again.")
        return self.values[name]

    def _complaint(self, name: str, value: object, wanted: str) -> MarkerFileError:
        return MarkerFileError(f"{self.where}: {name} is {shown(json.dumps(value))}, not {wanted}.")


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _has_half_letters(text: str) -> bool:
    # JSON can hold halves of surrogate pairs, which no file or page can show.
    return any("\ud800" <= letter <= "\udfff" for letter in text)
