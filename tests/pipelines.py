"""The pipeline of the pretext, in the sizes of the tests."""


def sync_pipeline(num_frames, size=None, between=(), **windows):
    """Windows as ``SampleSyncWindows`` draws them, frames resized to an int or (width, height)."""
    scale = (size, size) if isinstance(size, int) else size
    return [
        dict(type='OpenAudioVisual'),
        dict(type='SampleSyncWindows', **windows),
        dict(type='LoadFrames', num_frames=num_frames),
        *([dict(type='Resize', scale=scale, keep_ratio=False)] if scale else []),
        *between,
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='LoadAudio', sample_rate=16000),
        dict(type='PackAudioVisualInputs'),
    ]
