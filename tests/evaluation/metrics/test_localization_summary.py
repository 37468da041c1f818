import numpy as np

from mmav_coattn.evaluation.metrics.localization_summary import format_table, summarise_predictor


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
    rows = dict(model=dict(ap=0.5, iiou=0.25), motion=dict(ap=0.125))
    lines = ['predictor ap iiou', 'model 0.5000 0.2500', 'motion 0.1250']
    assert [' '.join(line.split()) for line in format_table(rows).splitlines()] == lines
