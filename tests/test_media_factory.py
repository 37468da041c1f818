"""What the writer of test files leaves behind."""

import os

from media_factory import write_clip


def test_encoding_leaves_the_scheduling_of_the_process_alone(tmp_path):
    before = os.sched_getscheduler(0)
    write_clip(
        tmp_path / 'a.webm',
        duration=0.2,
        video_codec='libsvtav1',
        audio_codec='libopus',
        sample_rate=48000,
    )
    assert os.sched_getscheduler(0) == before
