"""Training: from labelled motion to checkpoints with a record of how they came about."""
