"""Turning what PyAV raises on a damaged file into a refusal that names the file."""

from collections.abc import Iterator
from contextlib import contextmanager

from mmav_coattn.errors import UnreadableMediaError, UserError

#: What PyAV raises, beside FFmpeg's own errors, where a damaged file leaves a field empty, names a
#: stream that it has not, or asks for more memory than there is.
_DAMAGE = (LookupError, ValueError, TypeError, ArithmeticError, MemoryError)


@contextmanager
def refused(path: str, what: str) -> Iterator[None]:
    """Within it, what a damaged file or the system raises ends as "``path``: ``what`` (reason)".

    Raises:
        UnreadableMediaError: In its place.
    """
    import av

    try:
        yield
    except UserError:
        raise
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise UnreadableMediaError(path, f'{what} ({reason})') from error
    except _DAMAGE as error:
        raise UnreadableMediaError(path, f'{what} ({type(error).__name__}: {error})') from error
