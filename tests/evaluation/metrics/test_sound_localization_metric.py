"""The metric against hand-worked clips and slow references."""

import cv2
import numpy as np
import pytest
import torch

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.evaluation.functional import (
    binarize_top_fraction,
    ciou_success_and_auc,
    consensus_ciou,
    consensus_map,
    detection_ap_max_f1,
)
from mmav_coattn.evaluation.metrics.sound_localization_metric import (
    SoundLocalizationMetric,
    read_mask,
)

SIZE = 32


def target(box, time=None, source=0, annotators=1):
    return dict(time=time, boxes=[box], annotators=annotators, source=source)


def sample(name, maps, targets, confidence=1.0, has_source=True, **changes):
    maps = torch.as_tensor(maps, dtype=torch.float32)
    return dict(
        relpath=name,
        sound_map=torch.stack([maps, torch.rand_like(maps)]),
        map_confidence=torch.tensor([confidence, 99.0]),
        localization_targets=targets,
        has_source=has_source,
        window_starts=[2.0],
        clip_seconds=1.0,
        **changes,
    )


def frames(seed=0):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 256, (1, 3, 4, 16, 16)).astype(np.uint8))


def evaluate(samples, images=None, waves=None, **settings):
    """Figures without their prefix, of batches of up to two."""
    metric = SoundLocalizationMetric(size=SIZE, **settings)
    images = images or [frames(i) for i in range(len(samples))]
    noise = torch.Generator().manual_seed(0)
    waves = waves or [torch.randn(1600, generator=noise) for _ in samples]
    for first in range(0, len(samples), 2):
        chosen = slice(first, first + 2)
        inputs = dict(imgs=images[chosen], audio=waves[chosen])
        metric.process(dict(inputs=inputs), samples[chosen])
    figures = metric.evaluate(len(samples))
    return {name.removeprefix('localization/'): value for name, value in figures.items()}


def random_clips(num=9):
    rng = np.random.default_rng(5)
    clips = []
    for index in range(num):
        x, y = rng.uniform(0, 0.6, 2)
        targets = [
            target([x, y, x + 0.3, y + 0.35], time=2.0 + rng.uniform(0, 0.99)) for _ in range(2)
        ]
        clips.append(sample(f'{index}.mp4', rng.random((4, 6, 6)), targets, rng.random()))
    return clips


def test_figures_against_a_slow_reference():
    clips = random_clips()
    figures = evaluate(clips)
    adaptive, half, hits = [], [], []
    for clip in clips:
        maps = clip['sound_map'][0].numpy()
        for each in clip['localization_targets']:
            step = int((each['time'] - 2.0) / 1.0 * 4)
            heatmap = cv2.resize(maps[step], (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
            truth = consensus_map(each['boxes'], size=SIZE)
            top = binarize_top_fraction(heatmap, truth.mean())
            adaptive.append(consensus_ciou(top, truth))
            half.append(consensus_ciou(binarize_top_fraction(heatmap), truth))
            hits.append(truth.flat[heatmap.argmax()])
    expected = {f'adaptive_{k}': v for k, v in ciou_success_and_auc(adaptive).items()}
    expected |= ciou_success_and_auc(half)
    for name in ('adaptive_ciou50', 'adaptive_auc', 'ciou50', 'auc', 'mean_ciou'):
        assert figures[name] == pytest.approx(expected[name])
    assert figures['pointing'] == pytest.approx(np.mean(hits))
    assert figures['num_targets'] == 18 and figures['num_clips'] == 9
    # Sources of single clips have no IIoU, and clips without a silent one no threshold.
    assert not [name for name in figures if 'iiou' in name or 'threshold' in name]


def test_perfect_map_and_floors_by_hand():
    maps = np.zeros((4, 8, 8))
    maps[:, 4:, 4:] = 0.4
    maps[0, :4, :4] = 1.0  # higher, but only at one of four steps: lower in the clip's mean
    figures = evaluate([sample('0.mp4', maps, [target([0.5, 0.5, 1.0, 1.0])])])
    assert figures['adaptive_ciou50'] == 1.0
    assert figures['mean_ciou'] == pytest.approx(0.5)  # half the image, a quarter true
    assert figures['pointing'] == 1.0
    assert figures['mean_ciou_whole_image'] == pytest.approx(0.25)
    assert figures['pointing_whole_image'] == 1.0  # the centre pixel, exclusive edges
    disc = figures['mean_ciou_centre_disc']
    inside = SIZE * SIZE / 8  # a quarter of the disc of half the pixels
    assert disc == pytest.approx(inside / (SIZE * SIZE / 4 + 3 * inside), abs=0.01)


def test_floors_of_motion_and_onsets_find_what_moves():
    images = torch.zeros(1, 3, 12, 16, 16, dtype=torch.uint8)
    images[0, :, 3, 8:12, 0:4] = images[0, :, 9, 8:12, 0:4] = 60  # with the sound
    for frame in (1, 6, 11):
        images[0, :, frame, 0:4, 8:12] = 255  # more motion, at other times
    wave = torch.zeros(1200)
    wave[250:350] = wave[850:950] = torch.randn(100)
    for place, time, found in (
        ([0.0, 0.5, 0.25, 0.75], 2.21, 'onset_correlation'),
        ([0.5, 0.0, 0.75, 0.25], 2.45, 'motion_energy'),
    ):
        clip = sample('0.mp4', np.ones((4, 4, 4)), [target(place, time)])
        figures = evaluate([clip], images=[images], waves=[wave])
        assert figures[f'pointing_{found}'] == 1.0, found
        assert figures['pointing'] == 0.0  # a constant map points at the upper left
    assert figures['adaptive_ciou50_motion_energy'] == 1.0


def two_sources(first_map, second_map, name='0.mp4', **changes):
    maps = np.stack([first_map, first_map, second_map, second_map])
    targets = [
        target([0, 0, 0.25, 0.25], time=2.1, source=0),
        target([0, 0, 0.25, 0.25], time=2.3, source=0),
        target([0.75, 0.75, 1, 1], time=2.9, source=1),
    ]
    return sample(name, maps, targets, **changes)


def corners():
    left, right = np.zeros((8, 8)), np.zeros((8, 8))
    left[:2, :2] = right[6:, 6:] = 1.0
    return left, right


def test_every_source_must_be_found_by_a_map_of_its_own_if_need_be():
    left, right = corners()
    figures = evaluate([two_sources(left, right), two_sources(left, left, '1.mp4')])
    assert figures['adaptive_iiou50'] == 0.5
    assert figures['adaptive_ciou50'] == pytest.approx(5 / 6)
    assert figures['adaptive_iiou50_centre_disc'] == 0.0
    assert 'adaptive_iiou50_model_split' not in figures
    # One map that shows both at all times is not enough; split, each source has its own.
    both = left + 0.9 * right
    figures = evaluate([two_sources(both, both)], num_sources=2)
    assert figures['adaptive_iiou50'] == 0.0
    assert figures['adaptive_iiou50_model_split'] == figures['pointing_model_split'] == 1.0
    assert 'adaptive_iiou50_motion_energy_split' in figures
    # The network's own maps take the place of the split ones, in whatever order.
    own = dict(source_maps=torch.from_numpy(np.stack([[right] * 4, [left] * 4])))
    figures = evaluate([two_sources(0 * left, 0 * left, **own)], num_sources=2)
    assert figures['adaptive_iiou50_model_split'] == 1.0


def test_silent_clips_by_confidence():
    left, right = corners()
    good = [target([0, 0, 0.25, 0.25])]
    clips = [
        sample('0.mp4', np.stack([left] * 4), good, confidence=0.9),
        sample('1.mp4', np.stack([right] * 4), good, confidence=0.6),
        sample('2.mp4', np.stack([left] * 4), good, confidence=0.5),
        sample('3.mp4', np.ones((4, 8, 8)), [], 0.7, has_source=False),
        sample('4.mp4', np.ones((4, 8, 8)), [], 0.1, has_source=False),
    ]
    figures = evaluate(clips)
    expected = detection_ap_max_f1([0.9, 0.6, 0.5, 0.7, 0.1], [1, 0, 1, 0, 0], [1, 1, 1, 0, 0])
    assert dict(ap=figures['ap'], max_f1=figures['max_f1']) == pytest.approx(expected)
    assert figures['num_silent'] == 2 and figures['num_clips'] == 3
    assert figures['ap_whole_image'] == 0.0
    # Where to look is a matter of the clips with a source alone.
    assert figures['adaptive_ciou50'] == pytest.approx(2 / 3)


def test_a_mask_scores_as_the_box_of_its_pixels(tmp_path):
    mask = np.zeros((8, 8), np.uint8)
    mask[2:6, 4:] = 1  # of a palette or not: whatever is not black
    cv2.imwrite(str(tmp_path / 'm.png'), mask)
    by_mask = dict(time=None, mask=str(tmp_path / 'm.png'), boxes=[], annotators=1, source=0)
    maps = np.random.default_rng(3).random((4, 8, 8))
    scores = [
        evaluate([sample('0.mp4', maps, [each])], images=[frames()])
        for each in (by_mask, target([0.5, 0.25, 1.0, 0.75]))
    ]
    assert scores[0] == scores[1] and scores[0]['num_targets'] == 1
    # An empty mask has nothing to look for.
    cv2.imwrite(str(tmp_path / 'm.png'), 0 * mask)
    clips = [sample('0.mp4', maps, [by_mask]), sample('1.mp4', maps, [target([0, 0, 1, 1])])]
    figures = evaluate(clips)
    assert figures['num_without_target'] == 1
    with pytest.raises(UserError, match=r'no\.png: this mask cannot be read'):
        evaluate([sample('0.mp4', maps, [by_mask | dict(mask=str(tmp_path / 'no.png'))])])
    # In a JPEG what is at least half white counts.
    grey = np.full((16, 16), 100, np.uint8)
    grey[:, 8:] = 160
    for suffix, share in (('jpg', 0.5), ('png', 1.0)):
        cv2.imwrite(str(tmp_path / f'm.{suffix}'), grey)
        assert read_mask(str(tmp_path / f'm.{suffix}'), 32).mean() == share


def clips_of_each_kind():
    """One source found, one half found; one of four negatives lights a quarter of the frame."""
    left, right = corners()
    good = [target([0, 0, 0.25, 0.25])]
    half = np.zeros((8, 8))
    half[0, :2] = 0.8
    quarter = np.zeros((8, 8))
    quarter[:4, :4] = 0.625
    kinds = [('noise', 0 * left), ('noise', quarter), ('silence', 0 * left), ('silence', 0 * left)]
    return [
        sample('0.mp4', np.stack([left] * 4), good),
        sample('1.mp4', np.stack([half] * 4), good),
        *(sample('2.mp4', np.stack([x] * 4), [], 1.0, False, silent_kind=k) for k, x in kinds),
    ]


def nearest(monkeypatch):
    """Enlarge maps without blurring, so that areas are known by hand."""
    monkeypatch.setattr(
        'mmav_coattn.evaluation.metrics.clip_predictors.upsample_heatmap',
        lambda heatmap, size: cv2.resize(heatmap, size, interpolation=cv2.INTER_NEAREST),
    )


def test_negative_audio_at_a_given_threshold_by_hand(monkeypatch):
    nearest(monkeypatch)
    figures = evaluate(clips_of_each_kind(), map_threshold=0.5)
    expected = dict(
        map_threshold=0.5,
        ciou_at_threshold=(1 + 0.5) / 2,
        pia_silence=0,
        f1_silence=1,
        pia_noise=0.125,
        f1_noise=4 / 5,  # 2 TP, 1 FP
        f_negatives=2 * 0.75 * 0.9375 / (0.75 + 0.9375),
        # Baselines that predict the same share of every image.
        pia_noise_whole_image=1,
        ciou_at_threshold_whole_image=1 / 16,
        pia_silence_centre_disc=0.5,
        f1_silence_centre_disc=2 / 3,
    )
    assert {name: figures[name] for name in expected} == pytest.approx(expected)
    # Another threshold, other masks: the half of a source, and the noise, fall below it.
    higher = evaluate(clips_of_each_kind(), map_threshold=0.9)
    assert higher['ciou_at_threshold'] == pytest.approx(0.5)
    assert higher['pia_noise'] == 0.0


def test_a_threshold_is_chosen_on_validation_clips(monkeypatch):
    nearest(monkeypatch)
    clips = clips_of_each_kind()
    chosen = evaluate(clips, map_threshold='choose')
    # From 0.63 the noise is gone, and half of the second source is there until 0.8.
    assert chosen['map_threshold'] == pytest.approx(0.63)
    given = evaluate(clips, map_threshold=chosen['map_threshold'])
    assert given == chosen
    assert not [name for name in evaluate(clips) if 'threshold' in name or 'pia' in name]
    # Without negatives there is nothing to choose for.
    assert 'map_threshold' not in evaluate(clips[:2], map_threshold='choose')
    with pytest.raises(ConfigError, match="map_threshold='best' must be a number"):
        SoundLocalizationMetric(map_threshold='best')


def test_what_has_no_target_is_counted():
    clips = random_clips(2)
    clips.append(sample('7.mp4', np.ones((4, 4, 4)), []))
    clips.append(sample('8.mp4', np.ones((4, 4, 4)), [target([1.5, 0, 2, 1])]))
    clips.append(dict(relpath='9.mp4', unusable=('silent', '9.mp4: is silent')))
    figures = evaluate(clips, images=[*(frames() for _ in range(4)), None])
    assert figures['num_without_target'] == 2
    assert figures['left_out'] == 1 and figures['num_clips'] == 2


@pytest.mark.parametrize(
    ('change', 'error', 'words'),
    [
        (dict(maps=np.full((4, 4, 4), np.nan)), ValueError, r'3\.mp4: the map .* not finite'),
        (dict(confidence=float('nan')), ValueError, 'not finite'),
        ({}, UserError, 'None of the 1 clips'),
        (dict(without='sound_map'), UserError, r'3\.mp4: .*return_map=True'),
        (dict(without='localization_targets'), UserError, r'3\.mp4: .*LocalizationTargets'),
        (dict(without='has_source'), UserError, r"3\.mp4: .*'has_source' to extra_meta_keys"),
    ],
)
def test_errors_name_the_file_and_the_remedy(change, error, words):
    without = change.pop('without', None)
    clip = sample('3.mp4', **dict(maps=np.ones((4, 4, 4)), targets=[]) | change)
    with pytest.raises(error, match=words):
        evaluate([{key: value for key, value in clip.items() if key != without}])
