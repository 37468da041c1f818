"""The audio of clips that are to have no source in sight."""

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import TooShortError
from mmav_coattn.media import MediaFile

from .base import ROUNDING, Transform
from .sync_windows import stable_rng

#: Level of the noise against the audio, dB: the middle of that of SoundingShapes `medium`.
NOISE_DB = -34.0


@TRANSFORMS.register_module()
class ReplaceSound(Transform):
    """Give a clip marked as silent audio that nothing in its frames makes; leave others alone.

    - ``'silence'``: digital silence;
    - ``'noise'``: low-passed noise, -34 dB against the RMS of the clip's own audio, unless
      the set has a file of it;
    - ``'off_screen'``: the audio of another clip of the set, from the same time of it.

    Required Keys: audio, sample_rate, audio_start, audio_seconds, relpath; silent_kind and, for
    ``'off_screen'`` and for ``'noise'`` of the set's own, other_filename, as
    :func:`~mmav_coattn.datasets.silent_clips.add_silent_clips` sets them.
    Modified Keys: audio.

    Raises:
        MediaError: If the other file's audio cannot be read.
    """

    def transform(self, results: dict) -> dict:
        kind = results.get('silent_kind')
        if kind == 'silence':
            return results | dict(audio=np.zeros_like(results['audio']))
        if kind == 'noise' and 'other_filename' not in results:
            return results | dict(audio=self._noise(results))
        if kind in ('noise', 'off_screen'):
            return results | dict(audio=self._other(results))
        return results

    def _noise(self, results: dict) -> np.ndarray:
        from scipy.signal import lfilter

        audio = results['audio']
        rng = stable_rng(0, results['relpath'], 'noise')
        noise = lfilter([1.0], [1.0, -0.8], rng.standard_normal(audio.shape), axis=-1)
        level = 10 ** (NOISE_DB / 20) * np.sqrt(np.mean(np.square(audio, dtype=np.float64)))
        return (noise * (level / np.sqrt(np.mean(noise**2)))).astype(np.float32)

    def _other(self, results: dict) -> np.ndarray:
        seconds = results['audio_seconds']
        with MediaFile(results['other_filename']) as media:
            first, last = media.audio_span
            if last - first < seconds - ROUNDING:
                detail = f'has {last - first:.3f} s of audio, and the clip takes {seconds:.3f} s'
                raise TooShortError(media.path, detail)
            # A shorter file is read from where it still reaches.
            start = min(max(results['audio_start'], first), max(last - seconds, first))
            return media.read_audio(start, seconds, results['sample_rate'])
