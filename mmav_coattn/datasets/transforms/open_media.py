"""The first transform of every pipeline: from a file name to a lazily opened file."""

from __future__ import annotations

from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import NoAudioError, NoVideoError
from mmav_coattn.media import MediaFile, StillMedia

from .base import Transform


@TRANSFORMS.register_module()
class OpenAudioVisual(Transform):
    """Open a video with audio on the container's clock.

    Required Keys:

    - filename
    - content (bytes, optional): The file itself, where it comes from a shard.
    - sound_filename (optional): File of the audio, where ``filename`` is a single image.

    Removed Keys:

    - content

    Added Keys:

    - media (:class:`~mmav_coattn.media.MediaFile`)

    Args:
        num_threads (int): Decoder threads for each file. Defaults to 1, because loader workers
            already run side by side.
        need_video (bool): Whether a file without video is unusable. Defaults to True.
        need_audio (bool): Whether a file without audio is unusable. Defaults to True.

    Raises:
        UnreadableMediaError: If the file cannot be opened.
        NoVideoError: If it has no video and ``need_video``.
        NoAudioError: If it has no audio stream and ``need_audio``.
    """

    def __init__(
        self, num_threads: int = 1, need_video: bool = True, need_audio: bool = True
    ) -> None:
        self.num_threads = num_threads
        self.need_video = need_video
        self.need_audio = need_audio

    def transform(self, results: dict) -> dict:
        """Open the file and look whether it has what is needed."""
        if 'sound_filename' in results:
            results['media'] = StillMedia(results['filename'], results['sound_filename'])
            return results
        content = results.pop('content', None)
        media = MediaFile(results['filename'], self.num_threads, content)
        if self.need_video and not media.has_video:
            raise NoVideoError(media.path, 'has no picture')
        if self.need_audio and not media.has_audio:
            raise NoAudioError(media.path, 'has no audio stream')
        results['media'] = media
        return results
