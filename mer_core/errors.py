"""What can go wrong in a way the user can mend."""


class MerError(ValueError):
    """A problem the user can mend; its message is one sentence saying what is wrong, where, and how to mend it.

    The command line prints it and exits with code 2; the app shows it in a box.
    """


class ClipError(MerError):
    """A clip cannot be read, or exceeds a limit."""


class FaceError(MerError):
    """A face that is needed was not found."""


class MotionError(MerError):
    """Motion between two frames cannot be measured as asked."""


class CheckpointError(MerError):
    """A checkpoint is missing, damaged, or does not fit the network."""


class MarkerFileError(MerError):
    """A file of markers, or of a whole session, cannot be read or does not fit the clip."""


class CodingError(MerError):
    """A score sheet holds what cannot be scored, or cannot be committed yet."""
