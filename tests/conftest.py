"""Shared by all tests."""

import torch

# pytest-xdist runs one process per core; more threads a process only make them wait for each other.
torch.set_num_threads(1)
