"""Figures of all runs as one table: mean and deviation over seeds, and what pretraining gains."""

import statistics
from collections import defaultdict
from collections.abc import Sequence

from mmav_coattn.experiments.comparison import mean_and_deviation

from .experiment import INITS


def spread(shares: Sequence[float]) -> str:
    """``41.2 +- 0.7``, percent; the deviation is that of a sample, and left out of one value."""
    return mean_and_deviation([100 * share for share in shares], 1)


def by_seed(runs: Sequence[dict], init: str, key: str, splits: Sequence[str]) -> dict[int, float]:
    """Of each seed that has all splits, the mean over them."""
    found: defaultdict[int, dict[str, float]] = defaultdict(dict)
    for run in runs:
        if run['init'] == init and run['split'] in splits and key in run:
            found[run['seed']][run['split']] = run[key]
    whole = {seed: x.values() for seed, x in found.items() if len(x) == len(splits)}
    return {seed: statistics.fmean(x) for seed, x in whole.items()}


def gain(runs: Sequence[dict], key: str, splits: Sequence[str]) -> list[float]:
    """Pretrained minus random, of each seed that has both."""
    sides = [by_seed(runs, init, key, splits) for init in INITS]
    return [sides[0][seed] - sides[1][seed] for seed in sides[0] if seed in sides[1]]


def render_table(runs: Sequence[dict], settings: dict, title: str) -> str:
    """Markdown: a line each for the pretrained and the random tower, and their difference.

    Runs have ``init``, ``split``, ``seed``, ``num_labels``, ``num_test``, ``chance`` and the
    figures, shares whose names are listed in ``figures``. ``settings`` are the recipe's.
    """
    splits = list(dict.fromkeys(run['split'] for run in runs))
    keys = list(dict.fromkeys(key for run in runs for key in run['figures']))
    # Of each figure every split, and their mean where there are several.
    choices = {split: [split] for split in splits} | ({'mean': splits} if splits[1:] else {})
    columns = [(key, chosen) for key in keys for chosen in choices.values()]
    only_accuracy = keys == ['acc']
    names = [
        f'{"" if name == "all" else name} {"" if only_accuracy else key}'.strip() or 'acc'
        for key in keys
        for name in choices
    ]
    lines = [['weights', 'seeds', *names], ['---'] * (2 + len(names))]
    for init in INITS:
        found = [list(by_seed(runs, init, *column).values()) for column in columns]
        if all(found):
            seeds = sorted({run['seed'] for run in runs if run['init'] == init})
            lines.append([init, ', '.join(map(str, seeds)), *map(spread, found)])
    gains = [gain(runs, *column) for column in columns]
    if all(gains):
        lines.append(['gain, points', '', *map(spread, gains)])
    if only_accuracy:
        chances = (
            [run['chance'] for run in runs if run['split'] in chosen] for _, chosen in columns
        )
        lines.append(['chance', '', *(f'{100 * statistics.fmean(x):.1f}' for x in chances)])
    labels, tests = (
        ', '.join(str(n) for n in dict.fromkeys(run[key] for run in runs))
        for key in ('num_labels', 'num_test')
    )
    note = (
        f'{title}: percent, mean +- standard deviation over seeds. N = {tests} test videos; '
        f'{labels} labelled ones, the same for both. {settings["rule"]}.'
    )
    body = '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)
    return f'{body}\n\n{note}\n'
