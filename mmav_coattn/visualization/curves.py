"""Training curves from the scalars that mmengine logs."""

import json
import math
from pathlib import Path

from mmav_coattn.errors import DataNotFoundError, UserError

from .figure import label_axes, new_figure, save_figure

#: Validation figures to draw: end of the logged key, label, colour.
ACCURACIES = (
    ('accuracy', 'sync accuracy, held out', 'C0'),
    ('accuracy_video_blank', 'blind control: video blanked', 'C1'),
    ('accuracy_audio_blank', 'blind control: audio blanked', 'C3'),
)


def read_scalars(path: str | Path) -> tuple[list[dict], list[dict]]:
    """Read the training and validation records of a run from its work dir.

    What a resumed run did again replaces the earlier record. Training records have ``step``
    (iteration), ``epoch`` and ``loss``, validation records ``step`` (epoch) and metrics.

    Raises:
        DataNotFoundError: If there is no such file.
        UserError: If a line is not JSON; the message names file and line.
    """
    files = sorted(Path(path).glob('*/vis_data/scalars.json'))
    if not files:
        raise DataNotFoundError(
            f'{path}: no scalars.json of a training run is there. Give the work dir of a run.'
        )
    train: list[dict] = []
    val: list[dict] = []
    for file in files:
        records = []
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise UserError(f'{file}, line {number}: not a JSON record ({error}).') from error
        new_train = [record for record in records if 'loss' in record]
        new_val = [r for r in records if 'loss' not in r and any(map(_name, r))]
        if new_train:
            train = [r for r in train if r['step'] < new_train[0]['step']]
            val = [r for r in val if r['step'] < new_train[0].get('epoch', 0)]
        train += new_train
        val += new_val
    return train, val


def plot_training_curves(work_dir: str | Path, out_png: str | Path) -> Path:
    """Draw training loss, and held-out accuracy beside its blind controls; returns ``out_png``.

    The loss has a line at ln 2 and the accuracies one at 0.5, both chance.

    Raises:
        DataNotFoundError: If there are no scalars.
        UserError: If they hold no training loss.
    """
    train, val = read_scalars(work_dir)
    if not train:
        raise UserError(f'{work_dir}: no training loss is logged there, so there is no curve.')
    figure = new_figure(11, 4.2)
    loss_axes, accuracy_axes = figure.subplots(1, 2)
    _draw_loss(loss_axes, train)
    _draw_accuracy(accuracy_axes, val)
    return save_figure(figure, out_png)


def _draw_loss(axes, train: list[dict]) -> None:
    # Auxiliary losses have another chance level, so the line at ln 2 belongs to loss_sync alone.
    steps, losses = [r['step'] for r in train], [r.get('loss_sync', r['loss']) for r in train]
    few = '.' if len(steps) < 40 else ''
    axes.plot(steps, losses, marker=few, linewidth=1.2, label='training loss')
    axes.axhline(math.log(2), color='0.4', linestyle='--', linewidth=1, label='ln 2: chance')
    axes.set_ylim(bottom=0)
    label_axes(axes, xlabel='iteration', ylabel='loss (nats)', title='Training loss')


def _draw_accuracy(axes, val: list[dict]) -> None:
    for suffix, label, colour in ACCURACIES:
        points = [(r['step'], r[key]) for r in val for key in r if _name(key) == suffix]
        if points:
            epochs, values = zip(*points, strict=True)
            label = f'{label}: {values[-1]:.3f}'
            axes.plot(epochs, values, color=colour, marker='.', linewidth=1.4, label=label)
    axes.axhline(0.5, color='0.4', linestyle='--', linewidth=1, label='chance')
    label_axes(
        axes, xlabel='epoch', ylabel='accuracy', title='Held-out accuracy', ylim=(0.35, 1.02)
    )
    axes.set_xlim(left=0)
    axes.xaxis.get_major_locator().set_params(integer=True)


def _name(key: str) -> str | None:
    """Which of the :data:`ACCURACIES` a logged key is, if any."""
    name = key.split('/')[-1]
    return name if name in {each for each, _, _ in ACCURACIES} else None
