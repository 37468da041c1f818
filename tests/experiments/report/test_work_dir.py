"""Reading a work directory as training and `make demo` leave it."""

import json

import pytest
import torch

from mmav_coattn.errors import DataNotFoundError, UserError
from mmav_coattn.experiments.report.work_dir import read_work_dir


def write_test_run(folder, stamp, figures):
    run = folder / stamp
    run.mkdir(parents=True)
    (run / f'{stamp}.json').write_text(json.dumps(figures))


def test_what_is_there_is_found(tmp_path):
    for name in ('best.pth', 'epoch_2.pth', 'recipe.py'):
        (tmp_path / name).touch()
    torch.save({}, tmp_path / 'epoch_1.pth')  # the other is broken
    write_test_run(tmp_path, '20260101_000000', {'sync/accuracy': 0.8, 'time': 1.0})
    figures = {'sync/accuracy': 0.9, 'sync/num_clips': None}
    write_test_run(tmp_path / 'test', '20260102_000000', figures)
    # Training writes scalars and configs under other names.
    (tmp_path / '20260101_000000/vis_data').mkdir()
    (tmp_path / '20260101_000000/vis_data/scalars.json').write_text('{"loss": 1}\n{"loss": 2}\n')
    found = read_work_dir(tmp_path)
    assert (found.config.name, found.checkpoint.name) == ('recipe.py', 'epoch_1.pth')
    assert list(found.tests.items()) == [
        ('test/20260102_000000', figures),
        ('20260101_000000', {'sync/accuracy': 0.8}),
    ]


def test_an_empty_folder_none_and_broken_results(tmp_path):
    assert read_work_dir(tmp_path)[1:] == (None, None, {})
    with pytest.raises(DataNotFoundError, match='gone: there is no such work directory'):
        read_work_dir(tmp_path / 'gone')
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a/a.json').write_text('{"sync')
    with pytest.raises(UserError, match=r'a\.json: not a JSON file'):
        read_work_dir(tmp_path)
