"""Miniatures of the public test sets, and a pipeline that reads them."""

import json

PIPELINE = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleMiddleWindow', clip_seconds=0.8),
    dict(type='LoadFrames', num_frames=4),
    dict(type='LocalizationTargets'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='PackAudioVisualInputs', extra_meta_keys=('localization_targets', 'has_source')),
]


def write_vggss(folder, names):
    entries = [
        {'file': name, 'class': 'dog', 'bbox': [[0.1, 0.2, 0.5, 0.6], [0.4, 0.2, 0.8, 0.9]]}
        for name in names
    ]
    (folder / 'vggss.json').write_text(json.dumps(entries))
