import numpy as np

from mmav_coattn.evaluation.metrics.localization_summary import (
    format_negative_audio,
    format_table,
    summarise_predictor,
)


def test_figures_of_a_predictor_by_hand():
    scores = np.zeros((3, 2, 3))
    scores[:, 1] = [[0.8, 0.6, 1], [0.4, 0.2, 0], [0.9, 0.5, 1]]
    clips = [
        dict(sources=np.array([0, 0, 4]), scores=scores),
        dict(sources=np.array([0]), scores=scores[:1]),
    ]
    found = summarise_predictor(clips, column=1)
    assert found['adaptive_ciou50'] == 3 / 4 and found['ciou50'] == 3 / 4
    assert np.isclose(found['mean_ciou'], 1.9 / 4) and found['pointing'] == 3 / 4
    # Of the first clip, source 0 has a mean of 0.6 and source 4 has 0.9; the other has one source.
    assert found['adaptive_iiou50'] == 1.0
    assert 'adaptive_iiou50' not in summarise_predictor(clips[1:], column=1)


def test_table_by_hand():
    rows = dict(model=dict(ap=0.5, ap_noise=0.25), motion=dict(ap=0.125))
    assert [line.split() for line in format_table(rows).splitlines()] == [
        ['predictor', 'ap'],
        ['model', '0.5000'],
        ['motion', '0.1250'],
        ['ap_noise', '0.2500'],
    ]


def test_table_of_negative_audio_by_hand():
    noise = dict(pia_noise=0.25, pia_auc_noise=0.5, f_noise=1.0, f_auc_noise=0.0, f1_noise=0.75)
    silence = {name.replace('noise', 'silence'): value / 2 for name, value in noise.items()}
    rows = dict(model=dict(ciou_at_threshold=0.125, **noise, **silence))
    assert [line.split() for line in format_negative_audio(rows).splitlines()] == [
        ['predictor', 'ciou_at_threshold', 'pia', 'pia_auc', 'f', 'f_auc', 'f1'],
        ['model,', 'noise', '0.1250', '0.2500', '0.5000', '1.0000', '0.0000', '0.7500'],
        ['model,', 'silence', '0.1250', '0.1250', '0.2500', '0.5000', '0.0000', '0.3750'],
    ]
