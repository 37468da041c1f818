# Nearest neighbours as a metric of tools/test.py: SoundingShapes, gallery of all training videos.
#   python tools/test.py configs/transfer/nearest_neighbours_shapes.py tower.pth
_base_ = [
    'mmaction::_base_/default_runtime.py', '_base_/runtime.py', '_base_/small_tower.py',
    '_base_/shapes.py'
]

model = dict(
    data_preprocessor=dict(type='MotionDataPreprocessor'),
    cls_head=dict(_delete_=True, type='PooledFeatureHead', in_channels=64))
clips = [
    {{_base_.read}},
    dict(type='TemporalCrop', num_frames={{_base_.num_frames}}, num_clips=4, test_mode=True),
    dict(type='FormatShape', input_format='NCTHW'),
]
pack = dict(type='PackActionInputs', meta_keys=('filename', 'part'))
test_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(
                type='SoundingShapesDataset',
                data_root={{_base_.data_root}},
                tier='easy',
                split='train',
                num_clips={{_base_.num_clips}},
                on_unusable='error',
                test_mode=True,
                pipeline=[*clips, dict(type='AddKeys', part='gallery'), pack]),
            dict(
                type='SoundingShapesDataset',
                data_root={{_base_.data_root}},
                tier='easy',
                split='test',
                num_clips={{_base_.num_clips}},
                on_unusable='error',
                test_mode=True,
                pipeline=[*clips, dict(type='AddKeys', part='query'), pack]),
        ]))
test_evaluator = dict(type='NearestNeighbourMetric')
test_cfg = dict(type='TestLoop')
