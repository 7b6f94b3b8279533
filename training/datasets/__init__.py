"""Readers of the data sets a researcher brings; none is shipped."""
