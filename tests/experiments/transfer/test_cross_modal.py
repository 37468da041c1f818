import pytest
import torch
from media_factory import write_clip
from models.tiny import MODEL, recognizer
from pipelines import sync_pipeline

from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.experiments.transfer.cross_modal import all_pair_scores

PIPELINE = sync_pipeline(8, 24, clip_seconds=0.8, num_negatives=1, test_mode=True)


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp('cross_modal')
    for index in range(3):
        write_clip(folder / f'{index}.mp4', duration=3.0, events=(0.3 * index, 1.7))
    write_clip(folder / 'mute.mp4', duration=3.0, audio=False)
    return AudioVisualDataset(data_root=str(folder), test_mode=True, pipeline=PIPELINE)


@torch.no_grad()
@pytest.mark.parametrize('module', ['AGA', 'VGA', 'CMA'])
def test_equals_one_pair_at_a_time(dataset, module):
    torch.manual_seed(0)
    model = recognizer(neck=dict(MODEL['neck'], module=module)).eval()
    scores, names, unusable = all_pair_scores(model, dataset, batch_size=2, pairs_at_once=2)
    assert names == ['0.mp4', '1.mp4', '2.mp4'] and 'has no audio stream' in unusable[0]
    samples = [dataset[index]['inputs'] for index in range(3)]
    expected = torch.zeros(3, 3)
    for row, video in enumerate(samples):
        for column, heard in enumerate(samples):
            # The segment of one file, and its in-sync window, with the frames of another.
            audio = heard['audio'][None], heard['audio_starts'][None, :1]
            inputs = model.data_preprocessor.preprocess(video['imgs'][None], *audio, 0.8)
            expected[row, column] = model(inputs, [], mode='tensor').item()
    assert expected.std() > 1e-4
    torch.testing.assert_close(torch.from_numpy(scores), expected, atol=1e-4, rtol=0)


def test_no_usable_clip(dataset):
    scores, names, unusable = all_pair_scores(recognizer().eval(), dataset.get_subset([3]))
    assert scores.shape == (0, 0) and names == [] and len(unusable) == 1
