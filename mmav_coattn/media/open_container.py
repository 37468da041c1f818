"""One way to open a media file for reading, whatever the version of PyAV."""

from pathlib import Path
from typing import IO, Any


def open_container(source: str | Path | IO[bytes], **options: Any):
    """``av.open`` for reading; tags in a foreign encoding are no reason to refuse a file."""
    import av

    # PyAV 19 keeps undecodable bytes of tags by itself, and no longer takes the argument.
    if int(av.__version__.partition('.')[0]) < 19:
        options['metadata_errors'] = 'surrogateescape'
    return av.open(str(source) if isinstance(source, Path) else source, **options)
