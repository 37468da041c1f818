"""One way to open a media file, whatever the version of PyAV."""

from pathlib import Path
from typing import IO, Any


def open_container(source: str | Path | IO[bytes], **options: Any):
    """``av.open``; tags in a foreign encoding are no reason to refuse a file."""
    import av

    # PyAV 19 keeps undecodable bytes of tags by itself, and no longer takes the argument.
    if int(av.__version__.partition('.')[0]) < 19:
        options['metadata_errors'] = 'surrogateescape'
    # An absolute path is never taken for an address ("http:...", "12:30.mp4").
    source = str(Path(source).absolute()) if isinstance(source, (str, Path)) else source
    return av.open(source, **options)


def stream_kind(stream) -> str:
    """Type of a stream, such as ``video``; that of an attached image is ``cover art``."""
    from av.stream import Disposition

    return 'cover art' if stream.disposition & Disposition.attached_pic else stream.type
