"""All pairs at once are the same as one pair at a time."""

import pytest
import torch
from media_factory import write_clip
from mmaction.registry import DATASETS
from models.tiny import recognizer

from mmav_coattn.errors import ConfigError
from mmav_coattn.evaluation.metrics import NearestNeighbourMetric
from mmav_coattn.transfer.cross_modal import all_pair_scores

PIPELINE = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=0.8, num_negatives=1, test_mode=True),
    dict(type='LoadFrames', num_frames=4),
    dict(type='Resize', scale=(24, 24), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='PackAudioVisualInputs'),
]


@torch.no_grad()
def test_equals_one_pair_at_a_time(tmp_path):
    for index in range(3):
        write_clip(tmp_path / f'{index}.mp4', duration=3.0, events=(0.3 * index, 1.7))
    write_clip(tmp_path / 'mute.mp4', duration=3.0, audio=False)
    torch.manual_seed(0)
    model = recognizer().eval()
    dataset = DATASETS.build(
        dict(type='AudioVisualDataset', data_root=str(tmp_path), test_mode=True, pipeline=PIPELINE)
    )
    scores, names, unusable = all_pair_scores(
        model, dataset, batch_size=2, pairs_at_once=2, progress=False
    )
    assert names == ['0.mp4', '1.mp4', '2.mp4'] and 'has no audio stream' in unusable[0]
    samples = [dataset[index]['inputs'] for index in range(3)]
    for row in range(3):
        for column in range(3):
            inputs = model.data_preprocessor.preprocess(
                samples[row]['imgs'][None], samples[column]['audios'][None, :1]
            )
            logit = model(inputs, [], mode='tensor').item()
            assert scores[row, column] == pytest.approx(logit, abs=1e-4)


def sample(part, feature, label):
    return dict(part=part, feature=torch.tensor(feature), gt_label=torch.tensor([label]))


def test_retrieval_metric():
    metric = NearestNeighbourMetric(ks=(1, 2, 50), num_neighbours=1)
    metric.process(None, [sample('gallery', [1.0, 0.0], 0), sample('gallery', [-1.0, 0.1], 1)])
    metric.process(None, [sample('query', [2.0, 5.0], 0), sample('query', [-2.0, 5.1], 0)])
    assert metric.evaluate(4) == {
        'retrieval/R@1': 0.5,
        'retrieval/R@2': 1.0,
        'retrieval/1-NN': 0.5,
        'retrieval/num_gallery': 2.0,
        'retrieval/num_query': 2.0,
    }
    with pytest.raises(ConfigError, match='says no part'):
        metric.process(None, [sample('other', [1.0, 0.0], 0)])
    metric.process(None, [sample('query', [2.0, 5.0], 0)])
    with pytest.raises(ConfigError, match='has no gallery video'):
        metric.evaluate(1)
