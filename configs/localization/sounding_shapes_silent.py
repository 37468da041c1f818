# Does anything in sight make the sound? SoundingShapes `medium`, each clip a second time with a sound
# that nothing in its picture makes: room noise as of the set, and the sound of another clip, in turn.
_base_ = 'sounding_shapes_medium.py'

test_pipeline = _base_.test_pipeline
test_pipeline.insert(-1, dict(type='ReplaceSound', noise_db=-34.0))  # dB of the clip's own sound
test_pipeline[-1] = dict(
    type='PackAudioVisualInputs',
    extra_meta_keys=('localization_targets', 'has_source', 'silent_kind'))
test_dataloader = dict(
    dataset=dict(silent_clips=dict(kinds=('noise', 'off_screen')), pipeline=test_pipeline))
