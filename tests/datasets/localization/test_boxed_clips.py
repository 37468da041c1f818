"""Public test sets on whatever of their files is there."""

import pytest
from annotated_clips import PIPELINE, write_vggss
from media_factory import write_clip

from mmav_coattn.datasets import VGGSSDataset
from mmav_coattn.datasets.localization import boxed_clips
from mmav_coattn.errors import ConfigError, DataNotFoundError


def test_vggss_uses_the_videos_that_are_there_and_says_how_many(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(boxed_clips, 'print_log', lambda message, logger: told.append(message))
    write_vggss(tmp_path, ['abc_000001', 'gone_000002', 'xyz_000003'])
    (tmp_path / 'videos').mkdir()
    for name in ('abc_000001.mp4', 'xyz_000003.mkv', 'other.mp4'):
        write_clip(tmp_path / 'videos' / name, duration=1.2, fps=10)
    (tmp_path / 'videos' / 'gone_000002.txt').touch()
    dataset = VGGSSDataset(data_root=str(tmp_path), pipeline=PIPELINE)
    assert dataset.coverage == (2, 3) and len(dataset) == 2
    assert told == ['VGGSSDataset: 2 of 3 clips are there; absent: gone_000002.']
    sample = dataset[1]['data_samples']
    assert sample.relpath == 'videos/xyz_000003.mkv' and sample.has_source is True
    (target,) = sample.localization_targets
    assert target['boxes'] == [[0.1, 0.2, 0.5, 0.6], [0.4, 0.2, 0.8, 0.9]]
    assert target['time'] is None and target['annotators'] == 1


def test_nothing_there_is_a_sentence(tmp_path):
    with pytest.raises(DataNotFoundError, match='annotation file does not exist'):
        VGGSSDataset(data_root=str(tmp_path))
    write_vggss(tmp_path, ['a'])
    with pytest.raises(DataNotFoundError, match="none of the 1 clips .* videos, .* 'a'"):
        VGGSSDataset(data_root=str(tmp_path))
    with pytest.raises(DataNotFoundError, match='frames and audio'):
        VGGSSDataset(data_root=str(tmp_path), layout='frames')
    with pytest.raises(ConfigError, match="layout='zip'"):
        VGGSSDataset(data_root=str(tmp_path), layout='zip')
    with pytest.raises(DataNotFoundError, match='list of clips'):
        VGGSSDataset(data_root=str(tmp_path), silent_list='no.csv')


def test_silent_twins_of_a_set(tmp_path):
    write_vggss(tmp_path, ['a', 'b'])
    (tmp_path / 'videos').mkdir()
    for name in ('a', 'b'):
        write_clip(tmp_path / 'videos' / f'{name}.mp4', duration=1)
    dataset = VGGSSDataset(
        data_root=str(tmp_path), pipeline=PIPELINE, silent_clips=dict(kinds=('silence',))
    )
    assert len(dataset) == 4
    source, silent = dataset[0], dataset[2]
    assert source['inputs']['audio'].any() and not silent['inputs']['audio'].any()
    assert (source['inputs']['imgs'] == silent['inputs']['imgs']).all()
    assert silent['data_samples'].has_source is False
