"""Splits: same bytes whoever makes them, resumable, growing, guarded against mixing."""

import json
import runpy
import subprocess
import sys
import threading

import numpy as np
import pytest
from media_factory import decode
from paths import TOOLS

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.sounding_shapes import generator
from mmav_coattn.sounding_shapes.generator import make_split, read_annotation

TOOL = TOOLS / 'data/sounding_shapes/generate.py'


WITHOUT_TORCH = """
import runpy, sys
from importlib.machinery import PathFinder


class WithoutTorch:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split('.')[0] not in ('torch', 'mmengine', 'mmaction', 'mmcv'):
            return PathFinder.find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = WithoutTorch
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""
COMMAND = [sys.executable, '-c', WITHOUT_TORCH, TOOL]


def make(root, count, split='train', seed=0, **kwargs):
    return make_split(root, 'medium', split, count, seed, **{'num_workers': 0, **kwargs})


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """Four clips of seed 0."""
    root = tmp_path_factory.mktemp('made')
    make(root, 4)
    return root


def test_same_seed_same_content_whatever_the_workers(made, tmp_path):
    make(tmp_path / 'two', 4, num_workers=2)
    make(tmp_path / 'other', 1, seed=1)
    # x264's preset ultrafast has no macroblock tree, whose result varies from run to run.
    for index in range(4):
        name = f'medium/train/{index:06d}.mp4'
        assert (made / name).read_bytes() == (tmp_path / 'two' / name).read_bytes()
    notes = [(root / 'medium/train.json').read_text() for root in (made, tmp_path / 'two')]
    assert notes[0] == notes[1]
    first, other = (decode(root / 'medium/train/000000.mp4') for root in (made, tmp_path / 'other'))
    assert not np.array_equal(first[1], other[1]) and not np.array_equal(first[2], other[2])


def test_layout_and_annotation(made):
    note = json.loads((made / 'medium/train.json').read_text())
    assert note['metainfo'] == dict(
        dataset_type='SoundingShapes', version=1, seed=0, tier='medium', split='train',
        classes=['bounce', 'strike', 'swing', 'shake', 'scrape', 'spin', 'tap', 'talk'],
    )  # fmt: skip
    assert [item['label'] for item in note['data_list']] == [0, 1, 2, 3]
    assert all((made / item['path']).is_file() for item in note['data_list'])
    files = {p.name for p in (made / 'medium').iterdir()}
    assert files == {'train', 'train.json', 'spec.json', 'labels.txt', '.lock'}
    assert (made / 'medium/labels.txt').read_text().split() == note['metainfo']['classes']


def test_interrupted_run_goes_on(made, tmp_path, monkeypatch):
    real = generator.make_clip

    def stop_at_two(index, **kwargs):
        if index == 2:
            raise KeyboardInterrupt
        return real(index, **kwargs)

    monkeypatch.setattr(generator, 'make_clip', stop_at_two)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, 4)
    assert read_annotation(tmp_path, 'medium', 'train') is None
    folder = tmp_path / 'medium/train'
    done = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    assert sorted(done) == ['000000.mp4', '000001.mp4']
    # What a killed process leaves: half a file under its temporary name, and an empty file.
    (folder / '.partial.000002.mp4').write_bytes(b'half')
    (folder / '000003.mp4').write_bytes(b'')

    monkeypatch.setattr(generator, 'make_clip', real)
    make(tmp_path, 4)
    assert sorted(p.name for p in folder.iterdir()) == [f'{i:06d}.mp4' for i in range(4)]
    assert all((folder / name).stat().st_mtime_ns == time for name, time in done.items())
    for name in ('medium/train/000003.mp4', 'medium/train.json'):
        assert (tmp_path / name).read_bytes() == (made / name).read_bytes()


def test_killed_run_goes_on(made, tmp_path):
    command = [*COMMAND, '--out', tmp_path, '--train', '500', '--workers', '2']
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    folder = tmp_path / 'medium/train'
    waited = threading.Event()
    while not list(folder.glob('0*.mp4')) and process.poll() is None:
        waited.wait(0.05)
    assert process.poll() is None
    process.kill()
    process.wait()
    make(tmp_path, 2)
    for path in folder.glob('0*.mp4'):
        assert len(decode(path)[1]) == 80
    assert (
        read_annotation(tmp_path, 'medium', 'train') == read_annotation(made, 'medium', 'train')[:2]
    )


def test_complete_split_is_left_alone_and_grows(tmp_path):
    path = make(tmp_path, 2)
    before = path.stat().st_mtime_ns
    first = read_annotation(tmp_path, 'medium', 'train')
    make(tmp_path, 1)
    assert path.stat().st_mtime_ns == before
    make(tmp_path, 3)
    grown = read_annotation(tmp_path, 'medium', 'train')
    assert grown[:2] == first and len(grown) == 3
    (tmp_path / 'medium/train/000001.mp4').unlink()
    make(tmp_path, 2)
    assert read_annotation(tmp_path, 'medium', 'train') == grown
    assert (tmp_path / 'medium/train/000001.mp4').is_file()


def test_what_cannot_be_made(tmp_path, capsys):
    make(tmp_path, 1)
    for split in ('train', 'val'):
        with pytest.raises(ConfigError, match='seed=0, but seed=7 is asked for'):
            make(tmp_path, 1, split=split, seed=7)
    with pytest.raises(ConfigError, match="split='dev' is unknown; choose one of train, val"):
        make(tmp_path, 1, split='dev')
    for value in (-1, 1.5, True, '3'):
        with pytest.raises(ConfigError, match='num_workers=.* must be a whole number'):
            make(tmp_path, 1, num_workers=value)
    main = runpy.run_path(str(TOOL))['main']
    counts = ['--train', '1', '--val', '0', '--test', '0']
    assert main(['--out', str(tmp_path), *counts]) == 0
    assert main(['--out', str(tmp_path), '--seed', '1', *counts]) == 1
    assert 'error: ' in capsys.readouterr().err


def test_a_worker_that_fails_is_named(tmp_path):
    (tmp_path / 'medium/train/000001.mp4/full').mkdir(parents=True)
    with pytest.raises(UserError, match=r'medium/train/000001.mp4 in .* cannot be made \(.*again'):
        make(tmp_path, 2, num_workers=2)


def test_only_one_makes_each_clip(tmp_path, monkeypatch):
    real, made = generator.make_clip, []

    def record(index, **kwargs):
        made.append(index)
        return real(index, **kwargs)

    monkeypatch.setattr(generator, 'make_clip', record)
    threads = [threading.Thread(target=make, args=(tmp_path, 3)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 1, 2]


def test_two_processes_without_torch_make_one_set(made, tmp_path):
    counts = ['--train', '4', '--val', '0', '--test', '0', '--workers', '0']
    command = [*COMMAND, '--out', tmp_path, *counts]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0 and '4 train, 0 val, 0 test clips of medium' in output
    for path in ('medium/train.json', *(f'medium/train/{i:06d}.mp4' for i in range(4))):
        assert (tmp_path / path).read_bytes() == (made / path).read_bytes()
