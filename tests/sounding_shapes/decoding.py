"""What an independent decoder finds in a clip."""

import av
import numpy as np


def decode(path, kind='rgb24'):
    """Frame times (T,), s; frames as pixel format ``kind``; samples (S,); time of the first, s."""
    with av.open(str(path)) as container:
        shown = [(frame.time, frame.to_ndarray(format=kind)) for frame in container.decode(video=0)]
    with av.open(str(path)) as container:
        blocks = list(container.decode(audio=0))
    times, frames = zip(*shown, strict=True)
    samples = np.concatenate([block.to_ndarray()[0] for block in blocks])
    return np.array(times), np.array(frames), samples, float(blocks[0].time)
