import json

import cv2
import numpy as np
import pytest
from annotated_clips import PIPELINE, write_vggss
from media_factory import write_clip

from mmav_coattn.datasets import VGGSSDataset
from mmav_coattn.errors import ConfigError


def test_silent_extension_by_list_and_by_entries_without_a_box(tmp_path):
    write_vggss(tmp_path, ['a', 'b'])
    entries = json.loads((tmp_path / 'vggss.json').read_text())
    entries[1]['bbox'] = []
    (tmp_path / 'vggss.json').write_text(json.dumps(entries))
    (tmp_path / 'plus_silent.csv').write_text('a,1\nquiet,0\n\n')
    (tmp_path / 'videos').mkdir()
    for name in ('a', 'b', 'quiet'):
        path = tmp_path / 'videos' / f'{name}.mkv'
        write_clip(path, duration=1, audio_codec='pcm_s16le', level=0.05 * (name == 'a'))
    dataset = VGGSSDataset(
        data_root=str(tmp_path), silent_list='plus_silent.csv', pipeline=PIPELINE
    )
    assert dataset.coverage == (3, 3)
    samples = [dataset[i]['data_samples'] for i in range(3)]
    assert [sample.has_source for sample in samples] == [True, False, False]
    assert [len(sample.localization_targets) for sample in samples] == [1, 0, 0]
    assert not dataset[2]['inputs']['audio'].any()


def test_frames_with_sounds_of_their_own(tmp_path):
    write_vggss(tmp_path, ['a', 'b'])
    (tmp_path / 'frames').mkdir()
    (tmp_path / 'audio').mkdir()
    frame = np.random.default_rng(0).integers(0, 256, (30, 40, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / 'frames' / 'a.png'), frame[..., ::-1])
    write_clip(tmp_path / 'audio' / 'a.wav', duration=2, video=False, audio_codec='pcm_s16le')
    dataset = VGGSSDataset(data_root=str(tmp_path), layout='frames', pipeline=PIPELINE)
    assert dataset.coverage == (1, 2)
    inputs = dataset[0]['inputs']
    assert inputs['imgs'].shape == (1, 3, 4, 30, 40) and inputs['audio'].shape == (12800,)
    for t in range(4):
        np.testing.assert_array_equal(inputs['imgs'][0, :, t].permute(1, 2, 0).numpy(), frame)


@pytest.mark.parametrize(
    'text', ['{', '{}', '[]', '[{"file": "a"}]', '[{"file": "a", "bbox": [[1, 2, 3]]}]', '[3]']
)
def test_malformed_vggss(tmp_path, text):
    (tmp_path / 'vggss.json').write_text(text)
    with pytest.raises(ConfigError, match=r'vggss\.json: this annotation must be a list; entry 0'):
        VGGSSDataset(data_root=str(tmp_path))
