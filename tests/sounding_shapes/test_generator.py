import json
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import numpy as np
import pytest
from media_factory import decode
from paths import TOOLS
from tool_process import run_without

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.sounding_shapes import generator
from mmav_coattn.sounding_shapes.generator import make_split, read_annotation


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
    note = (tmp_path / 'two/medium/train.json').read_text()
    assert note == (made / 'medium/train.json').read_text()
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


def test_a_split_grows_and_what_an_interruption_left_is_made_anew(made, tmp_path):
    path, folder = make(tmp_path, 2), tmp_path / 'medium/train'
    first, before = read_annotation(tmp_path, 'medium', 'train'), path.stat().st_mtime_ns
    made_first = (folder / '000000.mp4').stat().st_mtime_ns
    make(tmp_path, 1)
    assert path.stat().st_mtime_ns == before
    make(tmp_path, 3)
    grown = read_annotation(tmp_path, 'medium', 'train')
    assert grown[:2] == first and len(grown) == 3
    (folder / '000001.mp4').unlink()
    make(tmp_path, 2)
    assert read_annotation(tmp_path, 'medium', 'train') == grown
    # Half a file under its temporary name, an empty file, and no annotation.
    (folder / '.partial.000007.mp4').write_bytes(b'half')
    (folder / '000003.mp4').write_bytes(b'')
    path.unlink()
    make(tmp_path, 4)
    assert sorted(p.name for p in folder.iterdir()) == [f'{i:06d}.mp4' for i in range(4)]
    assert (folder / '000000.mp4').stat().st_mtime_ns == made_first
    for name in ('medium/train/000001.mp4', 'medium/train/000003.mp4', 'medium/train.json'):
        assert (tmp_path / name).read_bytes() == (made / name).read_bytes()


def test_tool_without_torch(tmp_path):
    tool = TOOLS / 'data/sounding_shapes/generate.py'
    options = ('--out', tmp_path, *'--train 1 --val 0 --test 0 --seed'.split())
    command = ('torch,mmengine,mmaction,mmcv', tmp_path, tool, *options)
    done = run_without(*command, 3)
    assert done.code == 0 and '1 train, 0 val, 0 test clips of medium' in done.out, done
    assert 'asked for' in run_without(*command, 1).sentence()


def test_what_cannot_be_made_and_a_worker_that_fails(tmp_path):
    make(tmp_path, 1)
    for split in ('train', 'val'):
        with pytest.raises(ConfigError, match='seed=0, but seed=7 is asked for'):
            make(tmp_path, 1, split=split, seed=7)
    with pytest.raises(ConfigError, match="split='dev' is unknown; choose one of train, val"):
        make(tmp_path, 1, split='dev')
    for value in (-1, 1.5, True, '3'):
        with pytest.raises(ConfigError, match='num_workers=.* must be a whole number'):
            make(tmp_path, 1, num_workers=value)
    (tmp_path / 'new/medium/train/000001.mp4/full').mkdir(parents=True)
    with pytest.raises(UserError, match=r'medium/train/000001.mp4 in .* cannot be made \(.*again'):
        make(tmp_path / 'new', 2, num_workers=2)


def test_only_one_makes_each_clip(tmp_path, monkeypatch):
    make_clip = Mock(side_effect=generator.make_clip)
    monkeypatch.setattr(generator, 'make_clip', make_clip)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: make(tmp_path, 3), range(3)))
    assert sorted(call.args[0] for call in make_clip.call_args_list) == [0, 1, 2]
