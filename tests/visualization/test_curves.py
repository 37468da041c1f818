import math

import numpy as np
import pytest
from mmengine.visualization import LocalVisBackend

from mmav_coattn.errors import DataNotFoundError, UserError
from mmav_coattn.visualization import curves, plot_training_curves, read_scalars


def write_run(folder, first_epoch=1, num_epochs=6, loss=0.7, start='20260101_000000'):
    """What mmengine logs: a line every 10 iterations, and one a validation."""
    backend = LocalVisBackend(str(folder / start / 'vis_data'))
    for epoch in range(first_epoch, first_epoch + num_epochs):
        for iteration in range(10, 41, 10):
            step = (epoch - 1) * 40 + iteration
            record = {'loss': loss * math.exp(-step / 150), 'epoch': epoch, 'iter': step}
            backend.add_scalars(record, step=step)
        accuracies = dict(
            accuracy=0.95 - 0.4 * math.exp(-epoch / 2),
            accuracy_video_blank=0.5 + 0.01 * (-1) ** epoch,
            accuracy_audio_blank=0.495,
            num_clips=300,
        )
        backend.add_scalars({f'sync/{k}': v for k, v in accuracies.items()}, step=epoch)
    return folder


def test_a_resumed_run_replaces_what_it_did_again(tmp_path):
    write_run(tmp_path, num_epochs=4)
    write_run(tmp_path, first_epoch=3, num_epochs=3, loss=0.3, start='20260101_010000')
    train, val = read_scalars(tmp_path)
    assert [record['step'] for record in train] == list(range(10, 201, 10))
    assert train[0]['loss'] == pytest.approx(0.7 * math.exp(-10 / 150))
    assert [record['step'] for record in val] == [1, 2, 3, 4, 5]
    assert train[7]['loss'] > 0.4 > train[8]['loss']  # step 90 is of the second start


def test_what_is_drawn(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(curves, 'save_figure', lambda figure, out: figure)
        loss_axes, accuracy_axes = plot_training_curves(write_run(tmp_path), 'a.png').axes
    curve, reference = loss_axes.get_lines()
    losses = [record['loss'] for record in read_scalars(tmp_path)[0]]
    np.testing.assert_allclose(curve.get_ydata(), losses)
    np.testing.assert_allclose(reference.get_ydata(), math.log(2))
    lines = {line.get_label(): np.asarray(line.get_ydata()) for line in accuracy_axes.get_lines()}
    assert list(lines) == [
        'sync accuracy, held out: 0.930',
        'blind control: video blanked: 0.510',
        'blind control: audio blanked: 0.495',
        'chance',
    ]
    assert (lines['chance'] == 0.5).all()
    out = plot_training_curves(tmp_path, tmp_path / 'curves.png')
    assert out.read_bytes()[:8] == b'\x89PNG\r\n\x1a\n'


def test_mistakes_are_sentences(tmp_path):
    with pytest.raises(DataNotFoundError, match='no scalars'):
        read_scalars(tmp_path)
    file = tmp_path / '1/vis_data/scalars.json'
    file.parent.mkdir(parents=True)
    file.write_text('{"loss": 0.7, "step": 10, "epoch": 1}\n')
    assert plot_training_curves(tmp_path, tmp_path / 'out.png').is_file()  # no validation yet
    file.write_text('{"sync/accuracy": 0.5, "step": 1}\n')
    with pytest.raises(UserError, match='no training loss'):
        plot_training_curves(tmp_path, tmp_path / 'out.png')
    file.write_text('{"loss": 0.5, "step": 1}\n{"loss": \n')
    with pytest.raises(UserError, match='line 2'):
        read_scalars(tmp_path)
