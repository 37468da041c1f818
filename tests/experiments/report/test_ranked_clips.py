"""Which clips are shown."""

from types import SimpleNamespace

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import UserError
from mmav_coattn.experiments.report.ranked_clips import choose_clips, rank_clips


def clip(i):
    """It scores i, its shifted audio 2 and 4; every third cannot be used."""
    meta = dict(filename=f'/v/{i}.mp4', relpath=f'{i}.mp4', shift=[0, 0.5, -1])
    if i % 3 == 2:
        meta['unusable'] = ('silent', 'is silent')
    sample = ActionDataSample(metainfo=meta)
    sample.sync_label = torch.tensor([1.0, 0.0, 0.0])
    sample.sync_scores = torch.tensor([float(i), 2.0, 4.0])
    return dict(data_samples=sample)


INFERENCER = SimpleNamespace(model=SimpleNamespace(test_step=lambda batch: batch['data_samples']))


def test_ranking_spreads_over_the_set_and_counts_what_is_unusable():
    # Of 0 to 20 every other one: 2, 8, 14, 20 are unusable.
    ranked, unusable = rank_clips(INFERENCER, list(map(clip, range(21))), max_clips=11)
    assert unusable == 4
    assert [clip.name for clip in ranked] == [f'{i}.mp4' for i in (18, 16, 12, 10, 6, 4, 0)]
    best = ranked[0]
    assert (best.filename, best.in_sync, best.shifted, best.margin) == ('/v/18.mp4', 18, 3, 15)
    assert best.shifts == [0.5, -1]
    assert best.caption == (
        'logit of the own audio +18.00, shifted by +0.50 s, -1.00 s +3.00, margin +15.00'
    )
    with pytest.raises(UserError, match='None of the 2 clips'):
        rank_clips(INFERENCER, [clip(2), clip(5)])


@pytest.mark.parametrize(
    ('count', 'chosen'),
    [
        (7, dict(best=0, median=3, worst=6)),
        (8, dict(best=0, median=3, worst=7)),
        (2, dict(best=0, worst=1)),
        (1, dict(best=0)),
    ],
)
def test_choice(count, chosen):
    assert choose_clips(list(range(count))) == chosen
