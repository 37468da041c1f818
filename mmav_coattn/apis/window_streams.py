"""Windows of picture and sound on one grid of a file of any length, read once, in bounded memory.

The grid counts frames of a clip: slot ``k`` is the window that begins ``k`` frame steps after a
common beginning, in the picture and in the sound alike. So shift ``s`` pairs the picture of slot
``k`` with the sound of slot ``k + s``::

    picture, its own open file --frames one by one--> resized --last T of them--> clips
    sound, its own open file ---short stretches-----> windows --audio tower--> kept while needed
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor

import numpy as np
import torch
from torch import Tensor, nn

from mmav_coattn.datasets.transforms.audio_windows import level_dbfs
from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media import MediaFile

from .clip_settings import ClipSettings

#: Sums of steps miss by far less than this, s.
ROUNDING = 1e-6


def slots_inside(begin: float, span: tuple[float, float], settings: ClipSettings) -> range:
    """Slots whose windows lie wholly inside a stream.

    Args:
        begin (float): Time of slot 0, s.
        span (tuple[float, float]): First and last second of the stream.
        settings (ClipSettings): Length of a window and step of the grid.

    Returns:
        range: Empty if the stream is shorter than a window.
    """
    first = ceil((span[0] - begin - ROUNDING) / settings.step)
    last = floor((span[1] - begin - settings.clip_seconds + ROUNDING) / settings.step)
    return range(first, max(last + 1, first))


def picture_windows(
    media: MediaFile, settings: ClipSettings, begin: float, slots: Sequence[int]
) -> Iterator[Tensor]:
    """Clips of the given slots, decoding the file once.

    Args:
        media (MediaFile): The file; nothing else may read from this object meanwhile.
        settings (ClipSettings): Of the network.
        begin (float): Time of slot 0, s.
        slots (Sequence[int]): Rising.

    Yields:
        Tensor: uint8 (3, T, H, W), one for each slot.

    Raises:
        UnreadableMediaError: If a frame cannot be decoded, when its turn comes.
    """
    num_frames = settings.num_frames
    needed = sorted({slot + frame for slot in slots for frame in range(num_frames)})
    times = begin + (np.array(needed) + 0.5) * settings.step
    images = zip(needed, media.stream_frames(times, settings.short_side), strict=True)
    kept: dict[int, Tensor] = {}
    for slot in slots:
        for index in [index for index in kept if index < slot]:
            del kept[index]
        while slot + num_frames - 1 not in kept:
            index, image = next(images)
            kept[index] = settings.prepare(image)
        yield torch.stack([kept[slot + frame] for frame in range(num_frames)], dim=1)


class AudioWindowFeatures:
    """Features of the audio windows of a file, each computed once and kept while it is needed.

    Args:
        model (nn.Module): An :class:`AudioVisualRecognizer`.
        media (MediaFile): The file.
        settings (ClipSettings): Of the network.
        begin (float): Time of slot 0, s.
        batch_size (int): Windows that the audio tower sees at once.
    """

    def __init__(
        self,
        model: nn.Module,
        media: MediaFile,
        settings: ClipSettings,
        begin: float,
        batch_size: int,
    ) -> None:
        self.model = model
        self.media = media
        self.settings = settings
        self.begin = begin
        self.batch_size = batch_size
        #: Slots whose window lies inside the stream.
        self.slots = slots_inside(begin, media.audio_span, settings)
        #: Slots that were silent; slots that could not be read, with what is wrong there.
        self.silent: set[int] = set()
        self.unreadable: dict[int, str] = {}
        #: Frames of a window's log-mel.
        self.num_spectra = 0
        self._features: dict[int, Tensor | None] = {}

    def get(self, slots: Sequence[int]) -> dict[int, Tensor]:
        """Features (C, F', T'') of those of the slots that have usable sound.

        Slots before the lowest one asked for are forgotten: ask in rising order.

        Args:
            slots (Sequence[int]): Rising.
        """
        for slot in [slot for slot in self._features if slot < slots[0]]:
            del self._features[slot]
        missing = [s for s in slots if s in self.slots and s not in self._features]
        for first in range(0, len(missing), self.batch_size):
            self._compute(missing[first : first + self.batch_size])
        found = {slot: self._features.get(slot) for slot in slots}
        return {slot: feature for slot, feature in found.items() if feature is not None}

    def _compute(self, slots: list[int]) -> None:
        waves = self._read(slots)
        usable = []
        for slot, wave in waves.items():
            level = float(level_dbfs(wave))
            floor_level = self.settings.min_level
            if level <= (-np.inf if floor_level is None else floor_level):
                self.silent.add(slot)
            else:
                usable.append(slot)
        self._features.update(dict.fromkeys(slots))
        if not usable:
            return
        device = next(self.model.parameters()).device
        batch = torch.from_numpy(np.stack([waves[slot] for slot in usable])).to(device)
        log_mels = self.model.data_preprocessor.spectrograms(batch)
        self.num_spectra = log_mels.shape[-1]
        features = self.model.backbone.forward_audio(log_mels[:, None])
        self._features.update(zip(usable, features, strict=True))

    def _read(self, slots: list[int]) -> dict[int, np.ndarray]:
        seconds, rate = self.settings.clip_seconds, self.settings.sample_rate
        starts = [self._start(slot) for slot in slots]
        try:
            windows = self.media.read_audio_windows(starts, seconds, rate)
            return dict(zip(slots, windows, strict=True))
        except UnreadableMediaError:
            # A hole spoils the windows that it lies in, not their neighbours.
            windows = {}
            for slot, start in zip(slots, starts, strict=True):
                try:
                    windows[slot] = self.media.read_audio(start, seconds, rate)
                except UnreadableMediaError as error:
                    self.unreadable[slot] = error.detail
            return windows

    def _start(self, slot: int) -> float:
        first, last = self.media.audio_span
        start = self.begin + slot * self.settings.step
        return min(max(start, first), last - self.settings.clip_seconds)
