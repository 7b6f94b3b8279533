"""What every worker of the pool needs, loaded once by the server that starts them instead of by each."""

import torch._dynamo  # noqa: F401  # whoever makes an optimiser imports it, which takes more than a second

import training.fold_job  # noqa: F401
