"""How processes that work beside this one are started."""

import multiprocessing
from multiprocessing.context import ForkServerContext, SpawnContext


def worker_context(preloaded: str) -> ForkServerContext | SpawnContext:
    """Starts workers from a server that has a module loaded, where there is one; never by forking this process.

    A fork of this process would inherit torch's threads in mid-air; a server's has none yet.

    Args:
        preloaded: the module, with all that it imports; the first call of a process decides.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preloaded])
    return context
