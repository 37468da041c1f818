import cv2
import numpy as np
import pytest
import torch

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.evaluation import functional as ef
from mmav_coattn.evaluation.metrics import SoundLocalizationMetric
from mmav_coattn.evaluation.metrics.localization_summary import format_table
from mmav_coattn.evaluation.metrics.sound_localization_metric import read_mask

SIZE = 32
#: Sources in the upper left and lower right, an eighth of a map wide and high.
LEFT, RIGHT = np.zeros((2, 8, 8))
LEFT[:2, :2] = RIGHT[6:, 6:] = 1.0


def target(box, time=None, source=0, annotators=1):
    return dict(time=time, boxes=[box], annotators=annotators, source=source)


GOOD = target([0, 0, 0.25, 0.25])


def sample(maps, *targets, confidence=1.0, has_source=True, **changes):
    """Of maps (4, H, W), or of one (H, W) for the whole clip."""
    maps = torch.as_tensor(maps, dtype=torch.float32).expand(4, -1, -1)
    return dict(
        relpath='3.mp4',
        sound_map=torch.stack([maps, torch.rand_like(maps)]),
        map_confidence=torch.tensor([confidence, 99.0]),
        localization_targets=list(targets),
        has_source=has_source,
        window_starts=[2.0],
        clip_seconds=1.0,
        **changes,
    )


def evaluate(*samples, imgs=None, wave=None, **settings):
    """Figures without their prefix, of batches of up to two."""
    metric = SoundLocalizationMetric(size=SIZE, **settings)
    for first in range(0, len(samples), 2):
        chosen = samples[first : first + 2]
        noise = torch.randint(0, 256, (2, 1, 3, 4, 16, 16), dtype=torch.uint8), torch.randn(2, 1600)
        given = [x if own is None else [own] for x, own in zip(noise, (imgs, wave), strict=True)]
        metric.process(dict(inputs=dict(zip(('imgs', 'audio'), given, strict=True))), chosen)
    figures = metric.evaluate(len(samples))
    return {name.removeprefix('localization/'): value for name, value in figures.items()}


def test_figures_against_a_slow_reference():
    clips, adaptive, half, hits = [], [], [], []
    for _ in range(9):
        x, y, *times = np.random.uniform(0, 0.6, 4)
        maps = np.random.random((4, 6, 6)).astype(np.float32)
        targets = [target([x, y, x + 0.3, y + 0.35], time=1.5 + 2.7 * time) for time in times]
        clips.append(sample(maps, *targets))
        for each in targets:
            step = int(np.clip(4 * (each['time'] - 2.0), 0, 3))  # a little outside is its end
            heatmap = cv2.resize(maps[step], (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
            truth = ef.consensus_map(each['boxes'], size=SIZE)
            top = ef.binarize_top_fraction(heatmap, truth.mean())
            adaptive.append(ef.consensus_ciou(top, truth))
            half.append(ef.consensus_ciou(ef.binarize_top_fraction(heatmap), truth))
            hits.append(truth.flat[heatmap.argmax()])
    figures = evaluate(*clips)
    expected = {f'adaptive_{k}': v for k, v in ef.ciou_success_and_auc(adaptive).items()}
    expected |= ef.ciou_success_and_auc(half)
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
    figures = evaluate(sample(maps, target([0.5, 0.5, 1.0, 1.0])))
    assert figures['adaptive_ciou50'] == 1.0
    assert figures['mean_ciou'] == pytest.approx(0.5)  # half the image, a quarter true
    assert figures['pointing'] == 1.0
    assert figures['mean_ciou_whole_image'] == pytest.approx(0.25)
    assert figures['pointing_whole_image'] == 1.0  # the centre pixel, exclusive edges
    disc = figures['mean_ciou_centre_disc']
    inside = SIZE * SIZE / 8  # a quarter of the disc of half the pixels
    assert disc == pytest.approx(inside / (SIZE * SIZE / 4 + 3 * inside), abs=0.01)


def test_floors_of_motion_and_onsets_find_what_moves():
    imgs = torch.zeros(1, 3, 12, 16, 16, dtype=torch.uint8)
    imgs[0, :, [3, 9], 8:12, 0:4] = 60  # with the sound
    imgs[0, :, [1, 6, 11], 0:4, 8:12] = 255  # more motion, at other times
    wave = torch.zeros(1200)
    wave[250:350] = wave[850:950] = torch.randn(100)
    for place, time, found in (
        ([0.0, 0.5, 0.25, 0.75], 2.21, 'onset_correlation'),
        ([0.5, 0.0, 0.75, 0.25], 2.45, 'motion_energy'),
    ):
        figures = evaluate(sample(np.ones((4, 4)), target(place, time)), imgs=imgs, wave=wave)
        assert figures[f'pointing_{found}'] == 1.0, found
        assert figures['pointing'] == 0.0  # a constant map points at the upper left
    assert figures['adaptive_ciou50_motion_energy'] == 1.0


def two_sources(first_map, second_map, **changes):
    box, other = [0, 0, 0.25, 0.25], [0.75, 0.75, 1, 1]
    targets = target(box, 2.1), target(box, 2.3), target(other, 2.9, source=1)
    return sample([first_map.tolist()] * 2 + [second_map.tolist()] * 2, *targets, **changes)


def test_every_source_must_be_found_by_a_map_of_its_own_if_need_be():
    figures = evaluate(two_sources(LEFT, RIGHT), two_sources(LEFT, LEFT))
    assert figures['adaptive_iiou50'] == 0.5
    assert figures['adaptive_ciou50'] == pytest.approx(5 / 6)
    assert figures['adaptive_iiou50_centre_disc'] == 0.0
    assert 'adaptive_iiou50_model_split' not in figures
    # One map that shows both at all times is not enough; split, each source has its own.
    both = LEFT + 0.9 * RIGHT
    figures = evaluate(two_sources(both, both), num_sources=2)
    assert figures['adaptive_iiou50'] == 0.0
    assert figures['adaptive_iiou50_model_split'] == figures['pointing_model_split'] == 1.0
    assert 'adaptive_iiou50_motion_energy_split' in figures
    # The network's own maps take the place of the split ones, in whatever order.
    own = dict(source_maps=torch.from_numpy(np.stack([[RIGHT] * 4, [LEFT] * 4])))
    figures = evaluate(two_sources(0 * LEFT, 0 * LEFT, **own), num_sources=2)
    assert figures['adaptive_iiou50_model_split'] == 1.0


def test_silent_clips_by_confidence():
    silent = [sample(LEFT, confidence=c, has_source=False) for c in (0.7, 0.1)]
    maps = (LEFT, 0.9), (RIGHT, 0.6), (LEFT, 0.5)
    figures = evaluate(*(sample(x, GOOD, confidence=c) for x, c in maps), *silent)
    expected = ef.detection_ap_max_f1([0.9, 0.6, 0.5, 0.7, 0.1], [1, 0, 1, 0, 0], [1, 1, 1, 0, 0])
    assert dict(ap=figures['ap'], max_f1=figures['max_f1']) == pytest.approx(expected)
    assert figures['num_silent'] == 2 and figures['num_clips'] == 3
    centre = evaluate(sample(LEFT, target([0.25, 0.25, 0.75, 0.75])), *silent)
    assert centre['ap_centre_disc'] == pytest.approx(1 / 3)  # a baseline is as sure of all clips
    # Where to look is a matter of the clips with a source alone.
    assert figures['adaptive_ciou50'] == pytest.approx(2 / 3)


def test_a_mask_scores_as_the_box_of_its_pixels(tmp_path):
    path, maps = str(tmp_path / 'm.png'), np.random.random((4, 8, 8))
    mask = np.zeros((8, 8), np.uint8)
    mask[2:6, 4:] = 1  # of a palette or not: whatever is not black
    cv2.imwrite(path, mask)
    by_mask = dict(time=None, mask=path, boxes=[], annotators=1, source=0)
    box, imgs = target([0.5, 0.25, 1.0, 0.75]), torch.zeros(1, 3, 4, 16, 16, dtype=torch.uint8)
    wave = torch.ones(1600)
    one, other = (evaluate(sample(maps, x), imgs=imgs, wave=wave) for x in (by_mask, box))
    assert one == other and one['num_targets'] == 1
    with pytest.raises(UserError, match=r'no\.png: this mask cannot be read'):
        evaluate(sample(maps, by_mask | dict(mask=str(tmp_path / 'no.png'))))
    # In a JPEG what is at least half white counts; what is empty has nothing to look for.
    grey = np.full((16, 16), 100, np.uint8)
    grey[:, 8:] = 160
    for image, suffix, share in ((grey, 'jpg', 0.5), (grey, 'png', 1.0), (0 * grey, 'png', 0.0)):
        cv2.imwrite(str(tmp_path / f'm.{suffix}'), image)
        assert read_mask(str(tmp_path / f'm.{suffix}'), 32).mean() == share
    assert evaluate(sample(maps, by_mask), sample(maps, GOOD))['num_without_target'] == 1


@pytest.fixture
def of_each_kind(monkeypatch):
    """One source found, one half found; one of four negatives lights a quarter of the frame."""
    # Maps are enlarged without blurring, so that areas are known by hand.
    monkeypatch.setattr(
        'mmav_coattn.evaluation.metrics.clip_predictors.upsample_heatmap',
        lambda heatmap, size: cv2.resize(heatmap, size, interpolation=cv2.INTER_NEAREST),
    )
    half, quarter, empty = np.zeros((3, 8, 8))
    half[0, :2] = 0.8
    quarter[:4, :4] = 0.625
    kinds = ('noise', empty), ('noise', quarter), ('silence', empty), ('silence', empty)
    negatives = [sample(x, has_source=False, silent_kind=kind) for kind, x in kinds]
    return [sample(LEFT, GOOD), sample(half, GOOD), *negatives]


def test_negative_audio_at_a_given_threshold_by_hand(of_each_kind):
    figures = evaluate(*of_each_kind, map_threshold=0.5)
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
    higher = evaluate(*of_each_kind, map_threshold=0.9)
    assert higher['ciou_at_threshold'] == pytest.approx(0.5)
    assert higher['pia_noise'] == 0.0


def test_a_threshold_is_chosen_on_validation_clips(of_each_kind):
    chosen = evaluate(*of_each_kind, map_threshold='choose')
    # From 0.63 the noise is gone, and half of the second source is there until 0.8.
    assert chosen['map_threshold'] == pytest.approx(0.63)
    given = evaluate(*of_each_kind, map_threshold=chosen['map_threshold'])
    judged = {name for name in chosen if 'threshold' in name or 'pia' in name}
    assert {name: given[name] for name in judged} == {name: chosen[name] for name in judged}
    assert not judged & set(evaluate(*of_each_kind))
    # Without negatives there is nothing to choose for.
    assert 'map_threshold' not in evaluate(*of_each_kind[:2], map_threshold='choose')
    with pytest.raises(ConfigError, match="map_threshold='best' must be a number"):
        SoundLocalizationMetric(map_threshold='best')


def test_what_has_no_target_is_counted():
    ones, bad = np.ones((4, 4)), dict(relpath='9.mp4', unusable=('silent', 'is silent'))
    figures = evaluate(sample(ones, GOOD), sample(ones), sample(ones, target([1.5, 0, 2, 1])), bad)
    assert figures['num_without_target'] == 2
    assert figures['left_out'] == 1 and figures['num_clips'] == 1


@pytest.mark.parametrize(
    ('change', 'error', 'words'),
    [
        (dict(maps=np.full((4, 4), np.nan)), ValueError, r'3\.mp4: the map .* not finite'),
        (dict(confidence=float('nan')), ValueError, 'not finite'),
        ({}, UserError, 'None of the 1 clips'),
        (dict(without='sound_map'), UserError, r'3\.mp4: .*return_map=True'),
        (dict(without='localization_targets'), UserError, r'3\.mp4: .*LocalizationTargets'),
        (dict(without='has_source'), UserError, r"3\.mp4: .*'has_source' to extra_meta_keys"),
    ],
)
def test_errors_name_the_file_and_the_remedy(change, error, words):
    without = change.pop('without', None)
    clip = sample(**dict(maps=np.ones((4, 4))) | change)
    with pytest.raises(error, match=words):
        evaluate({key: value for key, value in clip.items() if key != without})


def test_table_by_hand():
    rows = dict(model=dict(ap=0.5, iiou=0.25), motion=dict(ap=0.125))
    lines = ['predictor ap iiou', 'model 0.5000 0.2500', 'motion 0.1250']
    assert [' '.join(line.split()) for line in format_table(rows).splitlines()] == lines
