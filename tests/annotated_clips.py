"""Miniatures of the public test sets, and a pipeline that reads them."""

import json

import cv2
import numpy as np
from media_factory import write_clip

PIPELINE = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleMiddleWindow', clip_seconds=0.8),
    dict(type='LoadFrames', num_frames=4),
    dict(type='LocalizationTargets'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='ReplaceSound'),
    dict(
        type='PackAudioVisualInputs',
        extra_meta_keys=('localization_targets', 'has_source', 'silent_kind'),
    ),
]


def write_vggss(folder, names):
    entries = [
        {'file': name, 'class': 'dog', 'bbox': [[0.1, 0.2, 0.5, 0.6], [0.4, 0.2, 0.8, 0.9]]}
        for name in names
    ]
    (folder / 'vggss.json').write_text(json.dumps(entries))


def write_mask(path, rows):
    """Mask of 16 x 16 px whose first ``rows`` rows sound."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mask = np.zeros((16, 16), np.uint8)
    mask[:rows] = 255
    assert cv2.imwrite(str(path), mask)


def write_avsbench(folder, clips):
    """Both subsets of AVSBench: (name, category, split) of each clip, mask K with K - 1 rows."""
    folder.mkdir(exist_ok=True)
    write_clip(folder / 'clip.mp4', duration=5.2, fps=10)
    content = (folder / 'clip.mp4').read_bytes()
    for subset, data, columns in (
        ('Single-source', 's4', ('name', 'start', 'category', 'split')),
        ('Multi-sources', 'ms3', ('video_id', 'split')),
    ):
        root, rows = folder / subset, [columns]
        for name, category, split in clips:
            s4 = data == 's4'
            part = f'{split}/{category}' if s4 else split
            rows.append((name, '0', category, split) if s4 else (name, split))
            video = root / f'{data}_data/raw_videos' / (part if s4 else '') / f'{name}.mp4'
            video.parent.mkdir(parents=True, exist_ok=True)
            video.write_bytes(content)
            for number in range(1, 6):
                masks = root / f'{data}_data/gt_masks' / part / name
                write_mask(masks / f'{name}_{number}.png', number - 1)
        (root / f'{data}_meta_data.csv').write_text('\n'.join(map(','.join, rows)))


def write_avatar(folder, frames, duration=5.2):
    """Clips of AVATAR: name, frame number at 10 Hz, and annotations of 200 x 100 px."""
    for name, number, notes in frames:
        path = folder / 'metadata' / name / f'{number:05d}.json'
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = dict(frame_number=number, fps=10.0, original_width=200, original_height=100)
        path.write_text(json.dumps(dict(facts, annotations=notes)))
        (folder / 'video').mkdir(exist_ok=True)
        if not (folder / 'video' / f'{name}.mp4').is_file():
            write_clip(folder / 'video' / f'{name}.mp4', duration=duration, fps=10)


def write_is3(folder, names):
    """Images, audio, masks of 4 of 16 rows and the annotation of IS3."""
    for sub in ('images', 'audio_wav'):
        (folder / sub).mkdir(parents=True)
    entries = []
    for name in names:
        image, audio = folder / 'images' / f'{name}.jpg', folder / 'audio_wav' / f'{name}.wav'
        cv2.imwrite(str(image), np.full((32, 32, 3), 99, np.uint8))
        write_clip(audio, duration=2.2, video=False, audio_codec='pcm_s16le')
        write_mask(folder / 'gt_segmentation' / f'{name}.jpg', 4)
        entries.append(dict(image=f'/elsewhere/{name}.jpg', audio=f'/elsewhere/{name}.wav'))
    (folder / 'IS3_annotation.json').write_text(json.dumps(entries))
