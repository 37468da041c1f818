import pytest
from media_factory import write_clip

from mmav_coattn.datasets import FlickrSoundNetDataset
from mmav_coattn.datasets.localization.flickr_soundnet import read_flickr_boxes
from mmav_coattn.errors import ConfigError, DataNotFoundError

BOX = '<bbox><id>1</id><xmin>0</xmin><ymin>64</ymin><xmax>128</xmax><ymax>256</ymax></bbox>'
OTHER = '<bbox><id>1</id><left>32</left><top>64</top><right>64</right><bottom>128</bottom></bbox>'


def test_flickr_boxes_of_all_annotators(tmp_path):
    path = tmp_path / 'x.xml'
    path.write_text(f'<annotation><person>{BOX}</person><person>{OTHER}</person></annotation>')
    assert read_flickr_boxes(path) == [[0, 0.25, 0.5, 1.0], [0.125, 0.25, 0.25, 0.5]]
    for text, message in (
        (BOX.replace('64', 'left'), r'x\.xml: a bbox holds'),
        ('<annotation>', r'x\.xml: this annotation is no XML'),
    ):
        path.write_text(text)
        with pytest.raises(ConfigError, match=message):
            read_flickr_boxes(path)


def test_flickr_list_and_coverage(tmp_path):
    for folder in ('Annotations', 'videos'):
        (tmp_path / folder).mkdir()
    for name in ('1', '2', '3'):
        (tmp_path / 'Annotations' / f'{name}.xml').write_text(BOX)
    write_clip(tmp_path / 'videos' / '2.mp4', duration=1)
    write_clip(tmp_path / 'videos' / '3.mp4', duration=1)
    assert FlickrSoundNetDataset(data_root=str(tmp_path)).coverage == (2, 3)
    (tmp_path / 'test.csv').write_text('1,7\n2,9\n')
    dataset = FlickrSoundNetDataset(data_root=str(tmp_path), test_list='test.csv')
    assert dataset.coverage == (1, 2)
    info = dataset.get_data_info(0)
    assert info['annotators'] == 2 and info['boxes'] == [[0, 0.25, 0.5, 1.0]]
    (tmp_path / 'test.csv').write_text('9\n')
    with pytest.raises(DataNotFoundError, match=r'9\.xml: .*absent'):
        FlickrSoundNetDataset(data_root=str(tmp_path), test_list='test.csv')
