"""Exceptions whose message is a sentence for the user.

The tools print the message of a :class:`UserError` and exit with code 1; anything else is a bug and
keeps its traceback.
"""

from importlib import import_module
from types import ModuleType


class UserError(Exception):
    """The user can correct this: the message names the file or setting and says what to do."""


class ConfigError(UserError, ValueError):
    """A setting cannot work, for instance more negatives than fit into a file."""


class DataNotFoundError(UserError, FileNotFoundError):
    """The data of a recipe is not where the config says it is."""


class MissingDependencyError(UserError, ImportError):
    """A package that is needed is not installed, or not in a version that works."""


def import_extra(name: str, extra: str, who: str) -> ModuleType:
    """A module of an extra of this package; :class:`MissingDependencyError` if it is absent."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingDependencyError(
            f"{who} needs {name}, which is not installed: pip install 'mmav_coattn[{extra}]'."
        ) from error


class CheckpointError(UserError):
    """A checkpoint cannot be loaded: torch cannot read it, or it asks to run code."""


class CheckpointNotFoundError(CheckpointError, FileNotFoundError):
    """The checkpoint file does not exist."""


class TrainingError(UserError):
    """A training cannot go on, for instance because its loss is NaN or its disk is full."""


class MediaError(UserError):
    """The file ``path`` cannot be used; ``detail`` says why, as the end of a sentence."""

    reason = 'unusable'

    def __init_subclass__(cls, reason: str) -> None:
        #: Short name of the reason; counts and reports are grouped by it.
        cls.reason = reason

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(f'{path}: {detail}')
        self.path = str(path)
        self.detail = detail

    def __reduce__(self):
        # Exceptions cross the border between loader workers and the trainer by pickle, which by
        # default would call the constructor with the one formatted message.
        return type(self), (self.path, self.detail)


class MissingFileError(MediaError, reason='missing'):
    """There is no file of this name."""


class UnreadableMediaError(MediaError, reason='unreadable'):
    """The container or a stream cannot be opened or decoded."""


class NoVideoError(MediaError, reason='no_video'):
    """The file has no video."""


class NoFaceError(MediaError, reason='no_face'):
    """The network needs a face, and the video shows none."""


class NoAudioError(MediaError, reason='no_audio'):
    """The file has no audio stream."""


class SilentAudioError(MediaError, reason='silent'):
    """The audio stream is digital silence, or below the configured level."""


class TooShortError(MediaError, reason='too_short'):
    """Video and audio overlap for less time than the windows need."""


class UnknownOffsetError(MediaError, reason='unknown_offset'):
    """The offset between audio and video cannot be told, or no single shift corrects it."""


class UnwritableMediaError(MediaError, reason='unwritable'):
    """A copy cannot be written under its name, for instance in a container that cannot hold it."""
