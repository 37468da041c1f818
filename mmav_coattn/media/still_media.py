"""An image and its audio in files of their own, instead of a video."""

from collections.abc import Sequence

import numpy as np

from mmav_coattn.errors import UnreadableMediaError

from .frame_converter import scaled_size
from .media_file import MediaFile


class StillMedia:
    """Reads as a :class:`MediaFile` whose frame never changes, from two files.

    Public sets of sound source localisation hand out one frame a clip beside its audio. A network
    that lives on motion sees none here.

    Raises:
        UnreadableMediaError: If the image cannot be decoded.
    """

    def __init__(self, image: str, audio: str) -> None:
        import cv2

        self.path = image
        pixels = cv2.imread(image, cv2.IMREAD_COLOR)
        if pixels is None:
            raise UnreadableMediaError(image, 'cannot be decoded as an image')
        self.image = np.ascontiguousarray(pixels[..., ::-1])
        self.audio = MediaFile(audio)

    def close(self) -> None:
        self.audio.close()

    @property
    def audio_span(self) -> tuple[float, float]:
        """First and last second of the audio, and of the image."""
        return self.audio.audio_span

    video_span = common_span = audio_span

    def read_frames(self, times: Sequence[float], short_side: int | None = None) -> np.ndarray:
        """The image once for each time, uint8 (T, H, W, 3), RGB."""
        import cv2

        size = scaled_size(self.image.shape[1], self.image.shape[0], short_side)
        image = cv2.resize(self.image, size, interpolation=cv2.INTER_AREA)
        return np.repeat(image[None], len(times), axis=0)

    def read_audio(self, start: float, duration: float, sample_rate: int) -> np.ndarray:
        return self.audio.read_audio(start, duration, sample_rate)
