"""The first transform of every pipeline: from a file name to a lazily opened file."""

from dataclasses import dataclass

from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import NoAudioError, NoVideoError
from mmav_coattn.media import MediaFile, StillMedia

from .base import Transform


@TRANSFORMS.register_module()
@dataclass(eq=False)
class OpenAudioVisual(Transform):
    """Open a video with audio on the container's clock.

    Required Keys: filename; sound_filename (optional), audio where ``filename`` is an image.

    Added Keys: media (:class:`~mmav_coattn.media.MediaFile`).

    Raises:
        UnreadableMediaError: If the file cannot be opened.
        NoVideoError: If it has no video.
        NoAudioError: If it has no audio stream and ``need_audio``.
    """

    need_audio: bool = True  #: whether a file without audio is unusable

    def transform(self, results: dict) -> dict:
        if 'sound_filename' in results:
            media = StillMedia(results['filename'], results['sound_filename'])
            return results | dict(media=media)
        media = MediaFile(results['filename'])
        if not media.has_video:
            raise NoVideoError(media.path, 'has no video')
        if self.need_audio and not media.has_audio:
            raise NoAudioError(media.path, 'has no audio stream')
        return results | dict(media=media)
