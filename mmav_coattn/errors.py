"""Exceptions whose message is a sentence for the user.

The tools print the message of a :class:`UserError` and exit with code 1; anything else is a bug and
keeps its traceback.
"""


class UserError(Exception):
    """The user can correct this: the message names the file or setting and says what to do."""


class ConfigError(UserError, ValueError):
    """A setting cannot work, for instance more negatives than fit into a file."""


class DataNotFoundError(UserError, FileNotFoundError):
    """The data of a recipe is not where the config says it is."""


class MissingDependencyError(UserError, ImportError):
    """A package that is needed is not installed, or not in a version that works."""


class CheckpointError(UserError):
    """A checkpoint cannot be loaded: torch cannot read it, or it asks to run code."""


class CheckpointNotFoundError(CheckpointError, FileNotFoundError):
    """The checkpoint file does not exist."""


class TrainingError(UserError):
    """A training cannot go on, for instance because its loss is NaN or its disk is full."""


class MediaError(UserError):
    """One file cannot be used.

    Args:
        path (str): The file.
        detail (str): What is wrong with it, as the end of a sentence.
    """

    #: Short name of the reason; counts and reports are grouped by it.
    reason = 'unusable'

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(f'{path}: {detail}')
        self.path = str(path)
        self.detail = detail

    def __reduce__(self):
        # Exceptions cross the border between loader workers and the trainer by pickle, which by
        # default would call the constructor with the one formatted message.
        return type(self), (self.path, self.detail)


class MissingFileError(MediaError):
    """An annotation file names a file that does not exist."""

    reason = 'missing'


class UnreadableMediaError(MediaError):
    """The container or a stream cannot be opened or decoded."""

    reason = 'unreadable'


class NoVideoError(MediaError):
    """The file has no video."""

    reason = 'no_video'


class NoFaceError(MediaError):
    """The network needs a face, and the video shows none."""

    reason = 'no_face'


class NoAudioError(MediaError):
    """The file has no audio stream."""

    reason = 'no_audio'


class SilentAudioError(MediaError):
    """The audio stream is digital silence, or below the configured level."""

    reason = 'silent'


class TooShortError(MediaError):
    """Video and audio overlap for less time than the windows need."""

    reason = 'too_short'


class UnknownOffsetError(MediaError):
    """The offset between audio and video cannot be told, or no single shift corrects it."""

    reason = 'unknown_offset'


class UnwritableMediaError(MediaError):
    """A copy cannot be written under its name, for instance in a container that cannot hold it."""

    reason = 'unwritable'
