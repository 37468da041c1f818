"""Clips of a test set once more, with audio that nothing in sight makes."""

from collections.abc import Sequence

import numpy as np

from mmav_coattn.errors import ConfigError

#: The audio of a silent clip, see :class:`~mmav_coattn.datasets.transforms.ReplaceSound`.
SILENT_KINDS = ('silence', 'noise', 'off_screen')


def add_silent_clips(
    items: list[dict], kinds: Sequence[str] = ('noise',), seed: int = 0
) -> list[dict]:
    """Append each clip once more for each kind, without a source.

    The copies have ``has_source=False``, ``silent_kind`` and, for ``'off_screen'``,
    ``other_sound``, the path of the other file.

    Silence and off-screen audio as in Mo & Morgado (NeurIPS 2022); here the frames are those of the
    set itself, so that nothing but the audio tells the two kinds of clips apart.

    Args:
        items (list[dict]): With ``relpath`` and, where the audio is a file of its own,
            ``sound_relpath``.
        kinds (Sequence[str]): Of :data:`SILENT_KINDS`.
        seed (int): Which clip off-screen audio comes from; never the clip itself.

    Raises:
        ConfigError: If a kind is unknown, or off-screen audio is requested of a single clip.
    """
    if not kinds or any(kind not in SILENT_KINDS for kind in kinds):
        raise ConfigError(f'silent_clips: kinds={tuple(kinds)!r} must be of {SILENT_KINDS}.')
    if 'off_screen' in kinds and len(items) < 2:
        raise ConfigError('silent_clips: off_screen needs at least two clips.')
    # A cycle through all clips in random order: the audio of each is used once, by another.
    order = np.random.default_rng(seed).permutation(len(items))
    others = np.empty(len(items), dtype=int)
    others[order] = np.roll(order, 1)
    silent = [dict(x, has_source=False, silent_kind=kind) for kind in kinds for x in items]
    for number, item in enumerate(silent):
        if item['silent_kind'] == 'off_screen':
            other = items[others[number % len(items)]]
            item['other_sound'] = other.get('sound_relpath', other['relpath'])
    return items + silent
