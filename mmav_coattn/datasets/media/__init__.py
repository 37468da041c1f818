"""Reading videos with sound on the container's clock: pictures and waveforms by time in seconds."""

from .media_file import MediaFile

__all__ = ['MediaFile']
