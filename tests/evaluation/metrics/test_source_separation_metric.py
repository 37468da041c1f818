import numpy as np
import pytest
import torch

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.evaluation.functional.separation import MelMasking, si_sdr
from mmav_coattn.evaluation.metrics import SourceSeparationMetric
from mmav_coattn.sounding_shapes import draw_scene, render_solos

LOG_MEL = dict(sample_rate=16000, n_fft=512, win_length=400, hop_length=160, n_mels=64)
*SOLOS, HUM = np.sin(2 * np.pi * np.outer((300, 3000, 50), np.arange(16000) / 16000))
MIXTURE = sum(SOLOS) + 0.3 * HUM
BOXES = [(0.0, 0.0, 0.5, 0.5), (0.5, 0.5, 1.0, 1.0)]


def sample(swap_maps=False, swap_masks=False, events=(1, 0), count=2):
    """Source 0 is above left and low, source 1 below right and high."""
    maps = torch.zeros(2, 4, 8, 8)
    maps[0, :, :4, :4] = maps[1, :, 4:, 4:] = 1.0
    masks = torch.zeros(2, 64, 101)
    masks[0, :20], masks[1, 20:] = 1.0, 1.0
    return dict(
        relpath='multi/val/000003.mp4',
        source_maps=maps.flip(0) if swap_maps else maps,
        source_masks=masks.flip(0) if swap_masks else masks,
        localization_targets=[
            dict(time=2.5, boxes=[BOXES[source]], annotators=1, source=source) for source in events
        ],
        source_count=torch.tensor(count),
        window_starts=[2.0],
        clip_seconds=1.0,
    )


def evaluate(*samples):
    metric = SourceSeparationMetric(log_mel=dict(LOG_MEL, mean=-5.0, std=4.0))
    metric.solos = lambda *_: np.array(SOLOS)
    audio = [torch.from_numpy(MIXTURE)] * len(samples)
    metric.process(dict(inputs=dict(audio=audio)), samples)
    return {k.removeprefix('separation/'): v for k, v in metric.evaluate(len(samples)).items()}


@pytest.mark.parametrize('swap', [False, True])
def test_maps_with_their_own_sound(swap):
    found = evaluate(sample(swap_maps=swap, swap_masks=swap))
    assert found['identity'] == 1
    parts = map(MelMasking(**LOG_MEL).apply, [MIXTURE] * 2, sample()['source_masks'].numpy())
    gains = [si_sdr(part, x) - si_sdr(MIXTURE, x) for part, x in zip(parts, SOLOS, strict=True)]
    assert found['si_sdr_improvement'] == pytest.approx(np.mean(gains)) and np.mean(gains) > 15
    oracle = sample() | dict(source_masks=torch.from_numpy(MelMasking(**LOG_MEL).oracle(SOLOS)))
    assert evaluate(oracle)['oracle_share'] == pytest.approx(1)


def test_maps_with_the_sound_of_the_other_and_clips_that_lack_something():
    found = evaluate(sample(swap_maps=True, count=1), sample(), sample(swap_masks=True, count=3))
    assert found['identity'] == found['count'] == pytest.approx(1 / 3)
    alone = evaluate(sample(swap_masks=True))
    assert alone['identity'] == 0 and alone['si_sdr_improvement'] < -15
    share = alone['si_sdr_improvement'] / alone['si_sdr_improvement_oracle']
    assert alone['oracle_share'] == pytest.approx(share)
    found = evaluate(sample(events=(1,)), sample())
    assert found['num_clips'] == 1 and found['num_without_event'] == 1
    with pytest.raises(UserError, match='No clip has an event of every source'):
        evaluate(sample(events=(1,)))
    with pytest.raises(UserError, match="no 'source_maps'; set model.test_cfg.num_sources"):
        evaluate({key: value for key, value in sample().items() if key != 'source_maps'})


def test_solos_of_the_time_of_the_audio():
    expected = render_solos(draw_scene(1, 'multi', 'val', 3), 1, 8000, 9600)
    metric = SourceSeparationMetric(log_mel=LOG_MEL, seed=1)
    np.testing.assert_array_equal(metric.solos('multi/val/000003.mp4', 8000, 1600), expected)
    with pytest.raises(ConfigError, match=r'talk\.mp4: SourceSeparationMetric needs clips of Sou'):
        metric.solos('talk.mp4', 0, 1)
