"""The rows of a CSV file that this project knows the columns of, or one sentence on what is wrong with it."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from mer_core.errors import MerError


def csv_rows(text: str, columns: Sequence[str], path: Path) -> list[dict[str, str]]:
    """Each row by column; a cell that is not there is "", cells beyond the header stand under None.

    Args:
        text: of the file, with its line ends as they are.
        columns: that it must have; it may have others.
        path: of the file, for messages.

    Raises:
        MerError: it is no table, lacks a column or has no rows.
    """
    try:
        reader = csv.DictReader(StringIO(text, newline=""), restval="")
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        rows = list(reader)
    except csv.Error as error:
        raise MerError(f"{path} is no table that can be read ({error}).") from error
    if missing:
        raise MerError(f"{path} lacks the column {', '.join(missing)}.")
    if not rows:
        raise MerError(f"{path} has no rows.")
    return rows
