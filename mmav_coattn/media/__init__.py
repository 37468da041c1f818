"""Reading videos with audio on the container's clock: frames and waveforms by time in seconds."""

from .media_file import MediaFile
from .still_media import StillMedia

__all__ = ['MediaFile', 'StillMedia']
