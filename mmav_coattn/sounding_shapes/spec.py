"""What a SoundingShapes set is: classes, tiers, splits, clip format and the random streams."""

from dataclasses import dataclass

import numpy as np

from mmav_coattn.errors import ConfigError

#: Raised whenever the same seed would give other frames or samples than before.
VERSION = 1

#: Motion classes; the label of a clip is the index of its (first) source's class.
CLASSES = ('bounce', 'strike', 'swing', 'shake', 'scrape', 'spin', 'tap', 'talk')
#: Those of the tier `wild`.
WILD_CLASSES = (
    'stick', 'step', 'hop', 'bow', 'rub', 'pluck', 'strum', 'call', 'shot', 'clap', 'shake', 'turn',
)  # fmt: skip
SPLITS = ('train', 'val', 'test')
#: Default number of clips of a split.
DEFAULT_NUM_CLIPS = dict(train=1200, val=300, test=300)


@dataclass(frozen=True)
class ClipFormat:
    """Format of every clip. Lengths are chosen so that decoding is cheap and exact."""

    duration: float = 4.0  #: s
    fps: int = 20  #: ``duration * fps`` is a whole number
    size: int = 128  #: width and height, px
    sample_rate: int = 16000  #: Hz
    warmup: float = 2.0  #: simulated s before the first frame, so that nothing marks the start

    @property
    def num_frames(self) -> int:
        return round(self.duration * self.fps)

    @property
    def num_samples(self) -> int:
        return round(self.duration * self.sample_rate)


CLIP_FORMAT = ClipFormat()


@dataclass(frozen=True)
class Tier:
    """How hard a scene is."""

    num_sources: int  #: objects that sound
    num_silent: tuple[int, int]  #: fewest and most silent objects
    same_class: bool = False  #: silent ones are of the source's class: only synchrony tells
    grid: int = 2  #: columns and rows on which objects stand
    image_noise: tuple[float, float] = (1.5, 3.0)  #: range of its deviation, grey levels
    audio_noise_db: tuple[float, float] = (-40.0, -28.0)  #: range, dB to the RMS of the sources
    travel: bool = False  #: all objects travel across the frame, whether they sound or not


#: What `hard` and each number of look-alikes share.
_NOISY_ALIKE = dict(
    num_sources=1, same_class=True, image_noise=(4.0, 7.0), audio_noise_db=(-22.0, -14.0)
)

#: A tier's place in this table is part of its seed: new ones come last.
TIERS = {
    'easy': Tier(num_sources=1, num_silent=(0, 0)),
    'medium': Tier(num_sources=1, num_silent=(1, 2)),
    'hard': Tier(num_silent=(2, 3), **_NOISY_ALIKE),
    'multi': Tier(num_sources=2, num_silent=(0, 1)),
    **{f'alike{n}': Tier(num_silent=(n, n), grid=3, **_NOISY_ALIKE) for n in (0, 1, 3, 5, 8)},
    'wild': Tier(num_sources=1, num_silent=(0, 3)),
    'moving': Tier(num_sources=1, num_silent=(1, 2), same_class=True, grid=3, travel=True),
}


def tier_classes(tier: str) -> tuple[str, ...]:
    """Motion classes of a tier."""
    return WILD_CLASSES if tier == 'wild' else CLASSES


def check_set(tier: str, split: str, counts: dict[str, int]) -> None:
    """Raises :class:`ConfigError` for an unknown tier or split, or a named count that is none."""
    for name, value, known in (('tier', tier, TIERS), ('split', split, SPLITS)):
        if value not in known:
            raise ConfigError(f'{name}={value!r} is unknown; choose one of {", ".join(known)}.')
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
            raise ConfigError(f'{name}={value!r} must be a whole number of at least 0.')


def clip_rngs(
    seed: int, tier: str, split: str, index: int
) -> tuple[np.random.Generator, np.random.Generator, np.random.Generator]:
    """Random streams of one clip: scene, video and audio.

    They depend on nothing but the four arguments, so a clip is the same whichever worker makes it
    and however many clips the set has. The streams are separate so that an annotation can be
    computed without rendering.
    """
    key = (seed, VERSION, list(TIERS).index(tier), SPLITS.index(split), index)
    return tuple(map(np.random.default_rng, np.random.SeedSequence(key).spawn(3)))
