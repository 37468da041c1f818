"""Whether a copy of a set is the set: digests of its first clips against a list of known ones.

Equal digests of ``packets``, the encoded streams, mean equal frames and samples. Other versions of
encoders, numpy or OpenCV draw and encode a scene otherwise. So ``scene`` is of classes, boxes and
events, rounded. Where it is equal, a file is compared with the scene as this machine draws it.
"""

import hashlib
import json
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmav_coattn.errors import ConfigError, DataNotFoundError
from mmav_coattn.io import write_whole

from .generator import clip_path
from .render import render_audio, render_frames
from .scene import annotate
from .spec import CLIP_FORMAT, TIERS
from .wild import draw_scene
from .writer import AUDIO_SPAN

#: Seed of the set whose digests are kept.
SEED = 0
#: Splits and number of their first clips that are compared.
SPLITS, COUNT = ('train', 'test'), 8
#: Mean difference between a frame and its drawing that encoding explains, grey levels. Over clips
#: of five tiers it was at most 8.5, and at least 24 between different clips.
MAX_DIFFERENCE = 12.0
#: Correlation of the audio with what was drawn that encoding leaves: 0.998 or more, others 0.02.
MIN_CORRELATION = 0.99
VERDICTS = {
    'identical': 'equal the published set in every frame and sample',
    'same scenes': 'show the same scenes, drawn or encoded by other versions',
    'different': 'differ from the published set',
    'missing': 'are missing or cannot be read',
}


class Digests(NamedTuple):
    """Digests of one clip, hexadecimal."""

    scene: str
    packets: str


def scene_digest(tier: str, split: str, index: int) -> str:
    """Digest of a clip's annotation as this machine makes it."""
    scene = draw_scene(SEED, tier, split, index)
    text = json.dumps(annotate(scene, clip_path(tier, split, index)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def packets_digest(path: Path) -> str:
    """Digest of the packets of both streams and of the times (ms) at which they are shown.

    Raises:
        OSError, ValueError, IndexError: If the file cannot be read, or lacks a stream.
    """
    import av

    digest = hashlib.sha256()
    for kind in ('video', 'audio'):
        with av.open(str(path)) as container:
            stream = getattr(container.streams, kind)[0]
            digest.update(kind.encode() + (stream.codec_context.extradata or b''))
            for packet in container.demux(stream):
                if packet.size:
                    digest.update(str(round(1000 * packet.pts * packet.time_base)).encode())
                    digest.update(bytes(packet))
    return digest.hexdigest()[:16]


def read_digests(path: Path) -> dict[tuple[str, str, int], Digests]:
    """The list of known digests, by tier, split and number of the clip.

    Raises:
        DataNotFoundError: If there is no such file.
    """
    if not path.is_file():
        raise DataNotFoundError(f'{path}: there is no such list of digests.')
    lines = [line.split() for line in path.read_text().splitlines() if line[:1] not in ('#', '')]
    return {(tier, split, int(index)): Digests(*rest) for tier, split, index, *rest in lines}


def write_digests(root: Path, path: Path) -> None:
    """Write the list from a set with all tiers, after a tier was added or ``VERSION`` raised.

    Raises:
        DataNotFoundError: If a clip is missing or cannot be read; what was in ``path`` stays.
        ConfigError: If a tier was made with another seed.
    """
    lines = ['# SoundingShapes, seed 0: tier, split, clip, digest of the scene, of the packets.']
    for tier, split, index in product(TIERS, SPLITS, range(COUNT)):
        _check_seed(root, tier)
        clip = root / clip_path(tier, split, index)
        try:
            packets = packets_digest(clip)
        except (OSError, ValueError, IndexError) as error:
            raise DataNotFoundError(
                f'{clip}: is missing or cannot be read. The list needs the first {COUNT} '
                f'clips of {" and ".join(SPLITS)} of every tier: {", ".join(TIERS)}.'
            ) from error
        lines.append(f'{tier} {split} {index} {scene_digest(tier, split, index)} {packets}')
    write_whole('\n'.join(lines) + '\n', path)


def verify_set(root: Path, known: dict[tuple[str, str, int], Digests]) -> dict[str, dict[str, int]]:
    """Compare the first clips of every tier in a folder with the digests of :func:`read_digests`.

    Returns the number of clips by tier and verdict (:data:`VERDICTS`). A split that is absent
    altogether is not part of the copy.

    Raises:
        DataNotFoundError: If the folder holds no tier.
        ConfigError: If a tier was made with another seed.
    """
    found = {tier: dict.fromkeys(VERDICTS, 0) for tier in TIERS if (root / tier).is_dir()}
    if not found:
        raise DataNotFoundError(f'{root}: holds no tier of SoundingShapes ({", ".join(TIERS)}).')
    for tier in found:
        _check_seed(root, tier)
    for key, digests in known.items():
        if key[0] in found and (root / key[0] / key[1]).is_dir():
            found[key[0]][_verdict(root / clip_path(*key), key, digests)] += 1
    return found


def _check_seed(root: Path, tier: str) -> None:
    spec = root / tier / 'spec.json'
    seed = json.loads(spec.read_text())['seed'] if spec.is_file() else SEED
    if seed != SEED:
        raise ConfigError(
            f'{root / tier} was made with seed {seed}; digests are published for seed {SEED}.'
        )


def _verdict(path: Path, key: tuple[str, str, int], digests: Digests) -> str:
    try:
        if packets_digest(path) == digests.packets:
            return 'identical'
        close = _is_close(path, key)
    except (OSError, ValueError, IndexError):
        return 'missing'
    return 'same scenes' if close and scene_digest(*key) == digests.scene else 'different'


def _is_close(path: Path, key: tuple[str, str, int]) -> bool:
    """Whether a file shows and plays the drawing of a clip, up to what encoding changes."""
    import av

    scene = draw_scene(SEED, *key)
    drawn = np.stack(list(render_frames(scene, SEED)))
    waveform = render_audio(scene, SEED, *AUDIO_SPAN)[-AUDIO_SPAN[0] :][: CLIP_FORMAT.num_samples]
    with av.open(str(path)) as container:
        shown = list(container.decode(video=0))
    frames = np.stack([x.to_ndarray(format='rgb24') for x in shown])
    late = [abs(x.time - index / CLIP_FORMAT.fps) for index, x in enumerate(shown)]
    with av.open(str(path)) as container:
        blocks = [x for x in container.decode(audio=0) if x.pts is not None and x.pts >= 0]
        heard = np.concatenate([x.to_ndarray().mean(axis=0) for x in blocks])[: len(waveform)]
    if frames.shape != drawn.shape or len(heard) < len(waveform) or max(late) > 1e-3:
        return False
    difference = np.abs(frames.astype(np.int16) - drawn).mean(axis=(1, 2, 3)).max()
    correlation = np.corrcoef(heard, waveform)[0, 1]
    return bool(difference <= MAX_DIFFERENCE and correlation >= MIN_CORRELATION)
