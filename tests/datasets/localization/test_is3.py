import pytest
from annotated_clips import PIPELINE, write_is3

from mmav_coattn.datasets import IS3Dataset
from mmav_coattn.errors import ConfigError, DataNotFoundError
from mmav_coattn.evaluation.metrics.sound_localization_metric import read_mask

NAMES = ['baby_cat_7_baby', 'baby_cat_7_cat']


def test_masks_of_the_annotations_that_are_there_and_negatives(tmp_path):
    write_is3(tmp_path, NAMES)
    kinds = dict(kinds=('silence', 'noise', 'off_screen'))
    dataset = IS3Dataset(data_root=str(tmp_path), pipeline=PIPELINE, silent_clips=kinds)
    assert dataset.coverage == (2, 2) and len(dataset) == 8
    sample = dataset[1]['data_samples']
    assert sample.relpath == 'images/baby_cat_7_cat.jpg' and sample.has_source is True
    (target,) = sample.localization_targets
    assert target['time'] is None and target['boxes'] == []
    assert target['mask'] == str(tmp_path / 'gt_segmentation' / 'baby_cat_7_cat.jpg')
    # A JPEG is 0 and 255 with ringing; 4 of 16 rows sound.
    assert read_mask(target['mask'], 64).mean() == pytest.approx(0.25, abs=0.02)
    assert not dataset[2]['inputs']['audio'].any() and dataset[4]['inputs']['audio'].any()
    assert dataset.get_data_info(6)['other_filename'].endswith('audio_wav/baby_cat_7_cat.wav')
    (tmp_path / 'gt_segmentation' / 'baby_cat_7_baby.jpg').unlink()
    (tmp_path / 'audio_wav' / 'baby_cat_7_cat.wav').rename(tmp_path / 'audio_wav' / 'else.wav')
    with pytest.raises(DataNotFoundError, match='none of the 2 clips'):
        IS3Dataset(data_root=str(tmp_path), pipeline=PIPELINE)


@pytest.mark.parametrize('broken', ['{"a": 1}', 'no json', '[{"picture": "a.jpg"}]'])
def test_annotations_that_are_none(tmp_path, broken):
    (tmp_path / 'IS3_annotation.json').write_text(broken)
    with pytest.raises(ConfigError, match=r'IS3_annotation\.json: this must be a list'):
        IS3Dataset(data_root=str(tmp_path))
