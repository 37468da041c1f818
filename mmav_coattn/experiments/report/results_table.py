"""Results beside what knows nothing would score: chance, and the blind controls."""

import math
from typing import NamedTuple

#: Figure of the blind controls: the end of its key, and its name.
CONTROLS = (('_video_blank', 'video blanked'), ('_audio_blank', 'audio blanked'))
#: A metric that knows what guessing scores logs it beside the figure, under one of these endings.
FLOOR_SUFFIXES = (
    '_chance', '_floor', '_centre_disc', '_whole_image', '_motion_energy',
    '_motion_energy_blurred', '_onset_correlation',
)  # fmt: skip
COUNTS = ('num_clips', 'num_files', 'num_pairs', 'left_out')


class ResultRow(NamedTuple):
    """One line of the table; None where there is no such figure."""

    name: str  #: Key of the figure, without the metric's prefix.
    value: float | None  #: The model's.
    #: What a model that knows nothing scores; of several kinds of guess the highest.
    floor: float | None
    controls: tuple[float | None, ...]  #: With an input blanked, see :data:`CONTROLS`.
    floor_name: str = ''  #: Which kind of guess the floor is, where that has a name.


def result_rows(figures: dict[str, float | None]) -> list[ResultRow]:
    """Arrange the figures of one evaluation, by key such as ``sync/accuracy``.

    Counts, controls and floors are no rows.
    """
    aside = (*FLOOR_SUFFIXES, *(suffix for suffix, _ in CONTROLS))
    rows = []
    for key, value in figures.items():
        prefix, _, name = key.rpartition('/')
        if name in COUNTS or any(
            key.endswith(suffix) and key.removesuffix(suffix) in figures for suffix in aside
        ):
            continue
        controls = tuple(figures.get(key + suffix) for suffix, _ in CONTROLS)
        floor, floor_name = _floor(key, figures)
        label = name if prefix == 'sync' else key
        rows.append(ResultRow(label, value, floor, controls, floor_name))
    return rows


def describe_counts(figures: dict[str, float | None]) -> str:
    """N and what was left out."""
    found = {key.rpartition('/')[2]: value for key, value in figures.items()}
    number, left_out = found.get('num_clips', found.get('num_files')), found.get('left_out')
    said = 'N: not logged' if number is None else f'N = {round(number)} clips'
    return f'{said}, {round(left_out)} files left out' if left_out else said


def _floor(key: str, figures: dict) -> tuple[float | None, str]:
    logged = {suffix: figures.get(key + suffix) for suffix in FLOOR_SUFFIXES}
    logged = {suffix: value for suffix, value in logged.items() if value is not None}
    if logged:
        best = max(logged, key=logged.get)
        return logged[best], '' if best in ('_chance', '_floor') else best.replace('_', ' ').strip()
    # Balanced by construction, see binary_sync_metrics.
    if key == 'sync/cross_entropy':
        return math.log(2), ''
    balanced = key.startswith(('sync/accuracy', 'sync/auroc', 'sync/pair_accuracy'))
    return (0.5 if balanced else None), ''
