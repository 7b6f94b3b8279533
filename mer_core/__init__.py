"""Micro-expression recognition: from a clip to where the face moved and what the networks say.

Import what you need from its module, e.g. ``from mer_core.predictor import Predictor``; this package file
imports nothing, so that the command line starts quickly.
"""

__version__ = "0.1.0"
