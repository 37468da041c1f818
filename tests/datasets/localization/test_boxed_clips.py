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
    silent = dict(kinds=('silence',))
    dataset = VGGSSDataset(data_root=str(tmp_path), pipeline=PIPELINE, silent_clips=silent)
    assert dataset.coverage == (2, 3) and len(dataset) == 4
    assert told == ['VGGSSDataset: 2 of 3 clips are there; absent: gone_000002.']
    sample, twin = dataset[1], dataset[3]
    info = sample['data_samples']
    assert info.relpath == 'videos/xyz_000003.mkv' and info.has_source is True
    (target,) = info.localization_targets
    assert target['boxes'] == [[0.1, 0.2, 0.5, 0.6], [0.4, 0.2, 0.8, 0.9]]
    assert target['time'] is None and target['annotators'] == 1
    # Its silent twin has the same frames.
    assert sample['inputs']['audio'].any() and not twin['inputs']['audio'].any()
    assert (sample['inputs']['imgs'] == twin['inputs']['imgs']).all()
    assert twin['data_samples'].has_source is False


def test_nothing_there_is_a_sentence(tmp_path):
    with pytest.raises(DataNotFoundError, match='annotation file does not exist'):
        VGGSSDataset(data_root=str(tmp_path))
    write_vggss(tmp_path, ['a'])
    for settings, error, message in (
        ({}, DataNotFoundError, "none of the 1 clips .* videos, .* 'a'"),
        (dict(layout='frames'), DataNotFoundError, 'frames and audio'),
        (dict(layout='zip'), ConfigError, "layout='zip'"),
        (dict(silent_list='no.csv'), DataNotFoundError, 'list of clips'),
    ):
        with pytest.raises(error, match=message):
            VGGSSDataset(data_root=str(tmp_path), **settings)
