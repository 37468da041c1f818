"""Figures of all runs as one table: mean and deviation over seeds, and what pretraining gains."""

import statistics
from collections.abc import Sequence

from mmav_coattn.experiments.comparison import mean_and_deviation

from .experiment import INITS


def spread(shares: Sequence[float]) -> str:
    """``41.2 +- 0.7``, percent; the deviation is that of a sample, and left out of one value."""
    return mean_and_deviation([100 * share for share in shares], 1)


def by_seed(runs: Sequence[dict], init: str, key: str, splits: Sequence[str]) -> dict[int, float]:
    """Of each seed that has all splits, the mean over them."""
    found: dict[int, dict[str, float]] = {}
    for run in runs:
        if run['init'] == init and run['split'] in splits and key in run:
            found.setdefault(run['seed'], {})[run['split']] = run[key]
    return {
        seed: statistics.fmean(figures.values())
        for seed, figures in found.items()
        if len(figures) == len(splits)
    }


def gain(runs: Sequence[dict], key: str, splits: Sequence[str]) -> list[float]:
    """Pretrained minus random, of each seed that has both."""
    sides = [by_seed(runs, init, key, splits) for init in INITS]
    return [sides[0][seed] - sides[1][seed] for seed in sides[0] if seed in sides[1]]


def render_table(runs: Sequence[dict], settings: dict, title: str) -> str:
    """Markdown: a line each for the pretrained and the random tower, and their difference.

    Args:
        runs (Sequence[dict]): With ``init``, ``split``, ``seed``, ``num_labels``, ``num_test``,
            ``chance`` and the figures, shares whose names are listed in ``figures``.
        settings (dict): Of the recipe, for its rule.
        title (str): What was run.
    """
    splits = list(dict.fromkeys(run['split'] for run in runs))
    keys = list(dict.fromkeys(key for run in runs for key in run['figures']))
    columns = []
    for key in keys:
        columns += [(key, [split]) for split in splits]
        columns += [(key, splits)] * (len(splits) > 1)

    def name(key: str, chosen: list[str]) -> str:
        split = 'mean' if len(chosen) > 1 else chosen[0]
        return ' '.join(([] if split == 'all' else [split]) + ([] if keys == ['acc'] else [key]))

    titles = ['weights', 'seeds', *(name(*column) or 'acc' for column in columns)]
    lines = [titles, ['---'] * len(titles)]
    for init in INITS:
        cells = [spread(list(by_seed(runs, init, *column).values())) for column in columns
                 if by_seed(runs, init, *column)]  # fmt: skip
        if len(cells) == len(columns):
            seeds = sorted({run['seed'] for run in runs if run['init'] == init})
            lines.append([init, ', '.join(map(str, seeds)), *cells])
    gains = [gain(runs, *column) for column in columns]
    if all(gains):
        lines.append(['gain, points', '', *map(spread, gains)])
    chances = [statistics.fmean(run['chance'] for run in runs if run['split'] in chosen)
               for _, chosen in columns]  # fmt: skip
    if all(key.startswith('acc') for key in keys):
        lines.append(['chance', '', *(f'{100 * chance:.1f}' for chance in chances)])
    counts = {
        what: ', '.join(str(n) for n in dict.fromkeys(run[f'num_{what}'] for run in runs))
        for what in ('labels', 'test')
    }
    note = (
        f'{title}: percent, mean +- standard deviation over seeds. N = {counts["test"]} test '
        f'videos; {counts["labels"]} labelled ones, the same for both. {settings["rule"]}.'
    )
    body = '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)
    return f'{body}\n\n{note}\n'
