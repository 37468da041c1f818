# VGG-SS with a checkpoint of the full recipe: vggss.json and videos/NAME.mp4 below data_root (or
# frames/NAME.jpg and audio/NAME.wav with layout='frames', for networks that need no motion).
_base_ = '../coattn_pretrain.py'

data_root = '{{$MMAV_DATA_ROOT:data/vggss}}'
data_hint = 'vggss.json comes from its authors; videos are 10 s clips of VGG-Sound.'

model = dict(test_cfg=dict(blind_controls=False, return_map=True))

# The annotated frame is the middle one of a clip. Maps are of the whole frame, as the boxes are.
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleMiddleWindow', clip_seconds=2.0),
    dict(type='LoadFrames', num_frames=32, short_side=256),
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='LocalizationTargets'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='ReplaceSound'),
    dict(type='PackAudioVisualInputs',
         extra_meta_keys=('localization_targets', 'has_source', 'silent_kind')),
]
test_dataloader = dict(
    batch_size=8,
    dataset=dict(
        _delete_=True,
        type='VGGSSDataset',
        data_root=data_root,
        ann_file='vggss.json',
        layout='videos',
        # The silent extension: silent_list='vggss_test_plus_silent.csv', names of further clips; or,
        # from the images of the set itself, silent_clips=dict(kinds=('silence', 'off_screen')).
        silent_list=None,
        hint=data_hint,
        pipeline=test_pipeline))
test_evaluator = dict(_delete_=True, type='SoundLocalizationMetric')

# For testing only.
train_dataloader = val_dataloader = None
train_cfg = val_cfg = val_evaluator = None
optim_wrapper = param_scheduler = auto_scale_lr = None
