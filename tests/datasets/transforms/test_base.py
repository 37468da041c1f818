"""A transform is shown with its settings; the frame cache names its files by that."""

from mmav_coattn.datasets.transforms import FixedCrop, LocalizationTargets, SampleVideoClips


def test_settings_are_shown_by_name():
    clips = SampleVideoClips(2, span=[0.5, 3], test_mode=True)
    shown = 'SampleVideoClips(clip_seconds=2.0, num_clips=1, span=(0.5, 3), test_mode=True)'
    assert repr(clips) == shown
    assert repr(FixedCrop([0, 0, 1, 0.5])) == 'FixedCrop(box=(0.0, 0.0, 1.0, 0.5))'
    assert repr(LocalizationTargets()) == "LocalizationTargets(moments='events')"
