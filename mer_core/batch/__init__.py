"""A folder of clips analysed one by one: one table of movements, one of files, one report each; bad files stop nothing.

`finding.py` finds the clips, `intervals.py` reads the markers a person has for them, `one_clip.py` analyses one,
`workers.py` does so in processes of their own, `tables.py` keeps what is finished, `run.py` puts them together.
"""

from mer_core.batch.one_clip import BatchSettings
from mer_core.batch.run import BatchResult, run_batch

__all__ = ["BatchResult", "BatchSettings", "run_batch"]
