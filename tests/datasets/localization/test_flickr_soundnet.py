"""Flickr-SoundNet: boxes of several annotators, and the official list."""

import pytest
from media_factory import write_clip

from mmav_coattn.datasets import FlickrSoundNetDataset
from mmav_coattn.datasets.localization.flickr_soundnet import read_flickr_boxes
from mmav_coattn.errors import ConfigError, DataNotFoundError

NAMED = ('xmin', 'ymin', 'xmax', 'ymax')


def write_flickr(folder, name, boxes):
    folder.mkdir(exist_ok=True)
    people = ''.join(
        '<person><bbox><id>1</id>'
        + ''.join(f'<{k}>{v}</{k}>' for k, v in zip(keys, box, strict=True))
        + '</bbox></person>'
        for keys, box in boxes
    )
    (folder / f'{name}.xml').write_text(f'<annotation>{people}</annotation>')


def test_flickr_boxes_of_all_annotators(tmp_path):
    other = ('left', 'top', 'right', 'bottom')
    write_flickr(tmp_path, 'x', [(NAMED, (0, 64, 128, 256)), (other, (32, 64, 64, 128))])
    assert read_flickr_boxes(tmp_path / 'x.xml') == [[0, 0.25, 0.5, 1.0], [0.125, 0.25, 0.25, 0.5]]
    write_flickr(tmp_path, 'y', [(NAMED, (0, 'left', 128, 256))])
    with pytest.raises(ConfigError, match=r'y\.xml: a bbox holds'):
        read_flickr_boxes(tmp_path / 'y.xml')
    (tmp_path / 'z.xml').write_text('<annotation>')
    with pytest.raises(ConfigError, match=r'z\.xml: this annotation is no XML'):
        read_flickr_boxes(tmp_path / 'z.xml')


def test_flickr_list_and_coverage(tmp_path):
    for name in ('1', '2', '3'):
        write_flickr(tmp_path / 'Annotations', name, [(NAMED, (0, 0, 128, 128))])
    (tmp_path / 'videos').mkdir()
    write_clip(tmp_path / 'videos' / '2.mp4', duration=1)
    write_clip(tmp_path / 'videos' / '3.mp4', duration=1)
    assert FlickrSoundNetDataset(data_root=str(tmp_path)).coverage == (2, 3)
    (tmp_path / 'test.csv').write_text('1,7\n2,9\n')
    dataset = FlickrSoundNetDataset(data_root=str(tmp_path), test_list='test.csv')
    assert dataset.coverage == (1, 2)
    info = dataset.get_data_info(0)
    assert info['annotators'] == 2 and info['boxes'] == [[0, 0, 0.5, 0.5]]
    (tmp_path / 'test.csv').write_text('9\n')
    with pytest.raises(DataNotFoundError, match=r'9\.xml: .*absent'):
        FlickrSoundNetDataset(data_root=str(tmp_path), test_list='test.csv')
