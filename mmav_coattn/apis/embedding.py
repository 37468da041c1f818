"""One pass over a file: the unit vectors that the network compares, for every step of it.

::

    frames of the file - moving mean off - visual tower - moving mean off - v (T, P, C)
    audio of the file -- log-mel -------- audio tower -- moving mean off - a (S, L, C)

Both towers run once, in blocks. Where training subtracts the mean over a clip or a segment, the
mean over as long a time around each step is subtracted: nothing depends on where a window begins.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from math import ceil, floor
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError, SilentAudioError, TooShortError, UnreadableMediaError
from mmav_coattn.media import MediaFile
from mmav_coattn.media.read_ahead import ReadAhead
from mmav_coattn.models.necks import CoAttentionNeck
from mmav_coattn.models.necks.time_alignment import interpolation_weights
from mmav_coattn.models.recognizers import AudioVisualRecognizer

from .clip_settings import ClipSettings
from .faces import FaceTrack
from .streaming import moving_means, with_context

#: Video steps that the tower sees at once, beside their neighbours, and blocks of so many frames
#: that may wait: 19 MB at 112 px.
BLOCK, BLOCKS_AHEAD = 128, 4
#: Video frames, and audio steps, whose neighbours a tower's output needs: multiples of strides.
CONTEXT = 8
AUDIO_CONTEXT = 32
#: Shortest file, in clips of the network; of a shorter one than a clip, all of it is one clip.
SHORTEST_CLIP = 0.3
#: Audio that is read and run at once, in steps of the audio tower, and in s where a part of it
#: cannot be read.
AUDIO_BLOCK = 256
SMALLEST_PIECE = 0.25
#: Sums of steps miss by far less than this, s.
ROUNDING = 1e-6

Progress = Callable[[float, float], None]


class Embedding(NamedTuple):
    """What both towers and the neck's projections make of a whole file.

    Times are s on the container's clock. Of a stream that was not asked for, arrays are empty.
    """

    path: str
    step: float  #: Time between two video steps, s.
    clip_steps: int  #: Video steps of a clip of the network.
    #: Part of the frame that the locations cover (x0, y0, x1, y1), fractions.
    box: tuple[float, float, float, float]
    notes: list[str]  #: Sentences on audio that was left out, and on several faces.
    times: np.ndarray = np.zeros(0)  #: (T,) of the video steps.
    visual: Tensor = torch.zeros(0)  #: Unit vectors (T, P, C) float32.
    grid: tuple[int, int] = (1, 1)  #: H' and W' of the P locations.
    audio_times: np.ndarray = np.zeros(0)  #: (S,).
    audio: Tensor = torch.zeros(0)  #: Unit vectors (S, L, C) float32.
    #: (S,) boolean, False where the audio is silent or cannot be read.
    audible: np.ndarray = np.zeros(0, bool)
    #: Features of the towers: means over locations (T, C_v), and over bands (S, C_a).
    visual_features: Tensor = torch.zeros(0)
    audio_features: Tensor = torch.zeros(0)
    frames: Tensor | None = None  #: uint8 (T, 3, H, W) as the network sees them, if kept.
    fault: str | None = None  #: What is wrong with the first of it that cannot be read.

    def audio_at(self, times: np.ndarray) -> tuple[Tensor, np.ndarray, np.ndarray]:
        """Unit vectors (T, L, C) of the audio at other times (T,), s on the container's clock.

        Beside them, where there is audio, and where there is audible audio: (T,) boolean each.
        """
        first, last = self.audio_times[0], self.audio_times[-1]
        # Positions in steps, and a stretch of the file at a time: the weights are a dense matrix.
        position = (times - first) / (last - first) * (len(self.audio_times) - 1)
        taken = []
        for begin in range(0, len(times), 512):
            part = position[begin : begin + 512]
            low = int(np.clip(floor(part.min()), 0, len(self.audio_times) - 1))
            high = int(np.clip(floor(part.max()) + 2, low + 1, len(self.audio_times)))
            weights = interpolation_weights(
                torch.arange(low, high, dtype=torch.float64), torch.from_numpy(part)
            ).to(self.audio)
            taken.append(torch.einsum('ts,slc->tlc', weights, self.audio[low:high]))
        near = np.clip(np.round(position).astype(int), 0, len(self.audible) - 1)
        inside = (position > -0.5 - ROUNDING) & (position < len(self.audible) - 0.5 + ROUNDING)
        vectors = nn.functional.normalize(torch.cat(taken), dim=-1)
        return vectors, inside, inside & self.audible[near]


#: PyTorch's number of threads, once for each embedding under way, and who may change it.
_THREADS: list[int] = []
_THREADS_LOCK = Lock()


@contextmanager
def _a_core_for_the_decoder() -> Iterator[None]:
    """One thread less for PyTorch: where more threads than cores have work, all of them wait."""
    with _THREADS_LOCK:
        # A thread of Python that begins beside another embedding starts with the number less one.
        _THREADS.append(_THREADS[0] if _THREADS else torch.get_num_threads())
        torch.set_num_threads(max(1, _THREADS[0] - 1))
    try:
        yield
    finally:
        with _THREADS_LOCK:
            torch.set_num_threads(_THREADS.pop())


@torch.no_grad()
def embed_file(
    model: AudioVisualRecognizer,
    settings: ClipSettings,
    path: str,
    progress: Progress = lambda done, total: None,
    streams: Sequence[str] = ('visual', 'audio'),
    keep_frames: bool = False,
    face: FaceTrack | None = None,
) -> Embedding:
    """Run both towers once over a file of any length.

    Memory grows by some 4 MB a minute of video at 49 locations of 32 channels, and by the frames
    if they are kept. The ``model`` is in evaluation mode. ``progress`` is called with the seconds
    done and those in all. ``streams`` are ``'visual'``, ``'audio'`` or both; the file need not have
    others. With a ``face`` the network sees its mouth in place of the frame.

    Raises:
        MediaError: If the file cannot be used.
        ConfigError: If the network has no match.
    """
    if not isinstance(model.neck, CoAttentionNeck):
        raise ConfigError(
            f'{type(model.neck).__name__}: only a network with a CoAttentionNeck compares a whole '
            'file in one pass; this one is for the comparison of methods.'
        )
    if model.neck.travel is not None:
        raise ConfigError(
            'This network follows sources that move (neck.travel), which is there for clips, not '
            'for whole files; evaluate it by tools/test.py.'
        )
    found: dict[str, Any] = dict(
        path=path, step=settings.step, clip_steps=settings.num_frames, box=settings.box, notes=[]
    )
    with MediaFile(path) as video_media, MediaFile(path) as audio_media, ExitStack() as decoding:
        if 'audio' in streams:
            _count_steps(path, settings, 'audio', *audio_media.audio_span)
        if 'visual' in streams:
            begin, end = video_media.video_span
            count = _count_steps(path, settings, 'video', begin, end)
            times = begin + (np.arange(count) + 0.5) * settings.step
            boxes = np.array([settings.box]).repeat(count, axis=0)
            if face is not None and settings.face is not None:
                boxes = face.mouths_at(times, settings.face)
                settings = settings.for_face(boxes)
            # Frames are decoded while the audio is embedded, too.
            blocks = _read_blocks(video_media, settings, times, boxes)
            blocks = decoding.enter_context(ReadAhead(blocks, BLOCKS_AHEAD))
            decoding.enter_context(_a_core_for_the_decoder())
            box = np.clip(np.median(boxes, axis=0), 0, 1)
            found |= dict(times=times, box=tuple(box.tolist()))
        if 'audio' in streams:
            found |= _embed_audio(model, settings, audio_media)
        if 'visual' in streams:
            seconds = count * settings.step
            found |= _embed_video(model, settings, blocks, seconds, progress, keep_frames)
    return Embedding(**found)


def _count_steps(path: str, settings: ClipSettings, kind: str, begin: float, end: float) -> int:
    """Whole steps of a stream; :class:`TooShortError` if they are too few."""
    count = floor((end - begin + ROUNDING) / settings.step)
    least = ceil(SHORTEST_CLIP * settings.num_frames)
    if count < least:
        need = f'this network needs {least * settings.step:g} s'
        raise TooShortError(path, f'has {max(end - begin, 0):.2f} s of {kind}, and {need}')
    return count


def _read_blocks(
    media: MediaFile, settings: ClipSettings, times: np.ndarray, boxes: np.ndarray
) -> Iterator[Tensor]:
    """The frames at these times, seen through these boxes, uint8 (up to BLOCK, 3, H, W)."""
    images = media.stream_frames(times, settings.short_side)
    prepared = map(settings.prepare, images, boxes)
    while block := list(islice(prepared, BLOCK)):
        yield torch.stack(block)


def _embed_video(
    model: AudioVisualRecognizer,
    settings: ClipSettings,
    blocks: Iterable[Tensor],
    seconds: float,
    progress: Progress,
    keep_frames: bool,
) -> dict[str, Any]:
    """Fields of :class:`Embedding` from blocks of frames, ``seconds`` in all."""
    neck, preprocessor = model.neck, model.data_preprocessor
    device = next(model.parameters()).device
    clip = settings.num_frames
    kept_frames, pooled = [], []
    grid = (0, 0)

    def frames() -> Iterator[Tensor]:
        for block in blocks:
            if keep_frames:
                kept_frames.append(block)
            yield block.to(device)

    def normalised() -> Iterator[Tensor]:
        pairs: Iterator[tuple[Tensor, Tensor | None]] = (
            moving_means((block.float() for block in frames()), clip)
            if preprocessor.subtract_mean_frame
            else ((block, None) for block in frames())
        )
        for pair in pairs:
            block, mean = (None if x is None else x.transpose(0, 1)[None] for x in pair)
            yield preprocessor.normalize(block, mean)[0].transpose(0, 1)

    def towered() -> Iterator[Tensor]:
        nonlocal grid
        done = 0
        for block, inner in with_context(normalised(), BLOCK, CONTEXT):
            with model.backbone.fast_inference():
                features = model.backbone.forward_visual(block.transpose(0, 1)[None])
            features = features[0].float().transpose(0, 1)  # (T', C, H', W')
            stride = -(-len(block) // len(features))
            features = features[inner.start // stride : -(-inner.stop // stride)]
            features = features.repeat_interleave(stride, dim=0)[: inner.stop - inner.start]
            grid = tuple(features.shape[-2:])
            pooled.append(features.mean(dim=(2, 3)).cpu())
            yield features
            done += inner.stop - inner.start
            progress(done * settings.step, seconds)

    vectors = []
    for part, inner in with_context(_centred(neck, towered(), clip), BLOCK, CONTEXT):
        tokens = neck.visual_tokens(part.transpose(0, 1)[None], is_centred=True)
        vectors.append(neck.match.embed_visual(tokens)[0, inner].cpu())
    return dict(
        visual=torch.cat(vectors),
        visual_features=torch.cat(pooled),
        frames=torch.cat(kept_frames) if keep_frames else None,
        grid=(1, 1) if neck.match.pools_locations else grid,
    )


def _embed_audio(
    model: AudioVisualRecognizer, settings: ClipSettings, media: MediaFile
) -> dict[str, Any]:
    """Fields of :class:`Embedding` from the whole audio."""
    neck, log_mel = model.neck, model.data_preprocessor.log_mel
    device = next(model.parameters()).device
    rate, hop = settings.sample_rate, log_mel.hop_length
    begin, end = media.audio_span
    samples = floor((end - begin + ROUNDING) * rate)
    probe = model.backbone.forward_audio(log_mel(torch.zeros(1, 64 * hop - 1, device=device)))
    stride = ceil(64 / probe.shape[-1]) * hop  # samples a step
    levels, pooled = [], []
    unreadable: list[tuple[float, float, str]] = []

    def blocks() -> Iterator[Tensor]:
        for first in range(0, samples, AUDIO_BLOCK * stride):
            start = max(first - AUDIO_CONTEXT * stride, 0)
            stop = min(first + (AUDIO_BLOCK + AUDIO_CONTEXT) * stride, samples)
            wave, bad = _read(media, begin, start, stop, rate)
            last = stop == samples
            inner = wave[first - start : None if last else first - start + AUDIO_BLOCK * stride]
            unreadable.extend(each for each in bad if each[0] >= begin + first / rate)
            mels = log_mel(torch.from_numpy(wave).to(device)[None])
            with model.backbone.fast_inference():
                features = model.backbone.forward_audio(mels)[0].float()  # (C, L, S)
            skip = (first - start) // stride
            features = features[..., skip : None if last else skip + AUDIO_BLOCK]
            # A part of the audio below the level of silence does not belong to any step.
            padded = np.pad(inner, (0, features.shape[-1] * stride - len(inner)))
            levels.append(np.square(padded.reshape(-1, stride), dtype=np.float64).mean(axis=1))
            pooled.append(features.mean(dim=1).T.cpu())
            yield features.permute(2, 0, 1)
            if last:
                return

    # As many steps as the tower makes of a segment.
    length = -(-(1 + round(settings.audio_seconds * rate) // hop) // (stride // hop))
    vectors = []
    for part, inner in with_context(_centred(neck, blocks(), length), AUDIO_BLOCK, CONTEXT):
        tokens = neck.audio_tokens(part.permute(1, 2, 0)[None], is_centred=True)
        vectors.append(neck.match.embed_audio(tokens)[0, inner].cpu())
    audio = torch.cat(vectors)
    times = begin + np.arange(len(audio)) * stride / rate
    audible, notes = _find_audible(
        np.concatenate(levels)[: len(audio)], times, unreadable, settings, stride / rate
    )
    fault = unreadable[0][2] if unreadable else None
    if not audible.any():
        if fault:
            raise UnreadableMediaError(media.path, fault)
        raise SilentAudioError(media.path, 'is silent from beginning to end')
    return dict(
        audio=audio,
        audio_features=torch.cat(pooled),
        audio_times=times,
        audible=audible,
        notes=notes,
        fault=fault,
    )


def _centred(neck: CoAttentionNeck, blocks: Iterator[Tensor], length: int) -> Iterator[Tensor]:
    """Features less their mean over the clip around each step, where training subtracts it."""
    if not neck.centre_time:
        yield from blocks
        return
    for block, mean in moving_means(blocks, length):
        yield block - mean


def _read(
    media: MediaFile, begin: float, start: int, stop: int, rate: int
) -> tuple[np.ndarray, list[tuple[float, float, str]]]:
    """Samples start to stop; pieces that cannot be read are 0, with their times and the reason."""
    try:
        wave = media.read_audio(begin + start / rate, (stop - start) / rate, rate)
        return wave, []
    except UnreadableMediaError as error:
        if (stop - start) / rate <= SMALLEST_PIECE:
            silence = np.zeros(stop - start, np.float32)
            return silence, [(begin + start / rate, begin + stop / rate, error.detail)]
    middle = (start + stop) // 2
    left, bad_left = _read(media, begin, start, middle, rate)
    right, bad_right = _read(media, begin, middle, stop, rate)
    return np.concatenate([left, right]), bad_left + bad_right


def _find_audible(
    power: np.ndarray,
    times: np.ndarray,
    unreadable: list[tuple[float, float, str]],
    settings: ClipSettings,
    spacing: float,
) -> tuple[np.ndarray, list[str]]:
    """Which steps lie in audible audio, and sentences on the others.

    A step is silent if the clip around it is: pauses between sounds are part of what is heard.
    """
    half = max(1, round(settings.clip_seconds / spacing / 2))
    sums = np.concatenate([[0.0], np.cumsum(power)])
    index = np.arange(len(power))
    low, high = np.maximum(index - half, 0), np.minimum(index + half, len(power))
    mean = (sums[high] - sums[low]) / (high - low)
    lowest = 0.0 if settings.min_level is None else 10 ** (settings.min_level / 10)
    audible = mean > lowest
    notes = []
    if not audible.all():
        notes.append(f'{(~audible).sum() * spacing:.1f} s of the audio are silent and left out')
    if unreadable:
        # Where blocks overlap, a piece is named twice.
        missing = np.zeros(len(times), bool)
        for first, last, _ in unreadable:
            missing |= (times >= first) & (times < last)
        audible &= ~missing
        notes.append(
            f'{missing.sum() * spacing:.1f} s of the audio were left out: {unreadable[0][2]}'
        )
    return audible, notes
