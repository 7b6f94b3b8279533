"""Where decoded frames are collected without a second copy: memory for short clips, a temporary file for long ones."""

import mmap
import os
import shutil
import tempfile
import weakref
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from mer_core.clip_sources.limits import shown, size_text
from mer_core.errors import ClipError

# Blocks of the file are claimed in steps: a header that declares too many frames must not take the disk at once.
_STEP_BYTES = 256_000_000
# What stays free for everybody else on the disk.
_SPARE_BYTES = 500_000_000


class MemoryFrames:
    """An array that grows in place.

    A list of frames and `np.stack` would need twice the memory of the clip; here the array is allocated once when the
    number of frames is declared, and otherwise lengthened by `ndarray.resize`, which Linux does without copying.
    """

    def __init__(self, shape: tuple[int, int, int], expected: int, most: int) -> None:
        self._most = most
        self._frames = np.empty((max(1, min(expected, most)), *shape), np.uint8)

    def slot(self, index: int) -> np.ndarray:
        """Return the (H, W, 3) uint8 array to write frame `index` into, which follows those before."""
        if index == len(self._frames):
            self._lengthen(min(index * 3 // 2 + 1, self._most))
        return self._frames[index]

    def finish(self, num_frames: int) -> np.ndarray:
        """Return the frames, uint8 (T, H, W, 3); the store must not be used after this."""
        self._lengthen(num_frames)
        return self._frames

    def _lengthen(self, num_frames: int) -> None:
        # The only other references are slots that were filled before: none is used after this call.
        self._frames.resize((num_frames, *self._frames.shape[1:]), refcheck=False)


class DiskFrames:
    """A file without a name in the temporary folder, erased with the last array over it or with a killed process.

    Frames are written and not stored through a mapping: a disk that is full is then an error with a sentence and not
    the signal SIGBUS, which ends the process. A thread writes one frame while the next is decoded. The finished array
    is a mapping that can only be read.

    A store that is given up half way neither waits for its thread nor takes a lock: the garbage collector may do so at
    any point of any thread, also within the locks of `threading` that joining the writer would need.
    """

    def __init__(self, name: str, shape: tuple[int, int, int], expected: int) -> None:
        self._name, self._folder, self._num_allocated = name, "the temporary folder", 0
        self._slots = np.empty((2, *shape), np.uint8)
        self._frame_bytes = self._slots[0].nbytes
        self._pending: int | None = None
        self._written: Future[None] | None = None
        try:
            self._folder = tempfile.gettempdir()
            self._check_room(expected)
            with tempfile.TemporaryFile(dir=self._folder) as file:
                self._file = _Descriptor(os.dup(file.fileno()))
        except OSError as error:
            raise self._no_room(error) from error
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="frames")

    def slot(self, index: int) -> np.ndarray:
        """Return the (H, W, 3) uint8 array to write frame `index` into, which follows those before.

        Raises:
            ClipError: the disk is full.
        """
        self._hand_over()
        if index >= self._num_allocated:
            self._allocate(max(1, _STEP_BYTES // self._frame_bytes))
        self._pending = index
        return self._slots[index % 2]

    def finish(self, num_frames: int) -> np.ndarray:
        """Return the frames, uint8 (T, H, W, 3), read-only; the store must not be used after this.

        Raises:
            ClipError: the disk is full.
        """
        self._hand_over()
        self._wait()
        num_bytes = num_frames * self._frame_bytes
        os.ftruncate(self._file.number, num_bytes)
        mapped = mmap.mmap(self._file.number, num_bytes, access=mmap.ACCESS_READ)
        self._writer.shutdown()
        self._file.close()  # the mapping holds the file from here on
        return np.frombuffer(mapped, np.uint8).reshape(num_frames, *self._slots.shape[1:])

    def _hand_over(self) -> None:
        """Let the frame that was filled last be written, once the one before it is."""
        if self._pending is not None:
            self._wait()
            frame = self._slots[self._pending % 2].data.cast("B")
            self._written = self._writer.submit(_write, self._file, frame, self._pending * self._frame_bytes)
            self._pending = None

    def _wait(self) -> None:
        try:
            if self._written is not None:
                self._written.result()
        except OSError as error:
            raise self._no_room(error) from error

    def _allocate(self, num_frames: int) -> None:
        self._check_room(num_frames)
        try:
            if hasattr(os, "posix_fallocate"):  # macOS has none: there the writing itself reports a full disk
                start, length = (count * self._frame_bytes for count in (self._num_allocated, num_frames))
                os.posix_fallocate(self._file.number, start, length)
        except OSError as error:
            raise self._no_room(error) from error
        self._num_allocated += num_frames

    def _check_room(self, num_frames: int) -> None:
        needed, free = num_frames * self._frame_bytes, shutil.disk_usage(self._folder).free
        if needed + _SPARE_BYTES > free:
            raise ClipError(
                f"{shown(self._name)} needs {size_text(needed)} of disk space in {self._folder} for its decoded frames "
                f"and {size_text(max(0, free - _SPARE_BYTES))} can be used: make room there, set TMPDIR to another "
                "folder, or cut out the part around the expression."
            )

    def _no_room(self, error: OSError) -> ClipError:
        return ClipError(
            f"The decoded frames of {shown(self._name)} cannot be kept in {self._folder} "
            f"({error.strerror or error}): make room there, set TMPDIR to another folder, or cut out the part around "
            "the expression."
        )


class _Descriptor:
    """The number of an open file, closed with the last reference to it, which a write under way holds as well."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.close = weakref.finalize(self, os.close, number)


def _write(file: _Descriptor, data: memoryview, offset: int) -> None:
    while data:
        written = os.pwrite(file.number, data, offset)
        data, offset = data[written:], offset + written
