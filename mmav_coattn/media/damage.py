"""Turning what PyAV raises on a damaged file into a refusal that names the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mmav_coattn.errors import UnreadableMediaError

#: What PyAV raises, beside FFmpeg's own errors, where a damaged file leaves a field empty, names a
#: stream that it has not, or asks for more memory than there is.
_DAMAGE = (LookupError, ValueError, TypeError, ArithmeticError, MemoryError)


@contextmanager
def refused(path: str, what: str) -> Iterator[None]:
    """Within it, errors of FFmpeg and of the system end as "``path``: ``what`` (reason)".

    Raises:
        UnreadableMediaError: In their place.
    """
    import av

    try:
        yield
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise UnreadableMediaError(path, f'{what} ({reason})') from error


@contextmanager
def refused_if_damaged(path: str) -> Iterator[None]:
    """Within it, whatever else a damaged file makes PyAV stumble over refuses that file.

    Raises:
        UnreadableMediaError: In its place.
    """
    try:
        yield
    except _DAMAGE as error:
        raise UnreadableMediaError(
            path, f'is damaged so that it cannot be read ({type(error).__name__}: {error})'
        ) from error
