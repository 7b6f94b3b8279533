"""The three classes of the common label set, in the order every network uses."""

LABELS: tuple[str, ...] = ("negative", "positive", "surprise")
