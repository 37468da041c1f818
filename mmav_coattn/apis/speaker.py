"""Who of several faces is speaking: the one that matches the audio best."""

from collections.abc import Callable, Sequence

import numpy as np

from mmav_coattn.models.recognizers import AudioVisualRecognizer

from .embedding import Embedding, Progress
from .faces import FaceTrack
from .sync_estimator import measure_sync

#: Shifts tried for each face, s: the audio may be late.
MAX_OFFSET = 1.0
#: What all faces of a file share.
AUDIO = ('audio_times', 'audio', 'audible', 'audio_features', 'notes', 'fault')


def best_face(
    model: AudioVisualRecognizer,
    embed: Callable[..., Embedding],
    faces: Sequence[FaceTrack],
    progress: Progress,
    streams: Sequence[str],
) -> Embedding:
    """Embed every face of a file, and choose the one that matches the audio best at any shift.

    ``embed`` is :func:`embed_file` of the file, from ``progress`` on. Without audio among the
    streams, the face seen most often is chosen.

    Returns:
        Embedding: Its notes say which face, where there are several.
    """
    first = embed(progress, streams, face=faces[0])
    if len(faces) == 1 or 'audio' not in streams:
        return first
    found = [first]
    for face in faces[1:]:
        visual = embed(progress, ('visual',), face=face)
        found.append(visual._replace(**{name: getattr(first, name) for name in AUDIO}))
    matches = [float(np.nanmax(measure_sync(model, each, MAX_OFFSET).curve)) for each in found]
    best = int(np.argmax(matches))
    rows = ', '.join(
        f'{"the speaker, " if i == best else ""}at {describe_place(each.box)} (logit {match:.2f})'
        for i, (each, match) in enumerate(zip(found, matches, strict=True))
    )
    return found[best]._replace(notes=[*first.notes, f'{len(found)} faces: {rows}'])


def describe_place(box: Sequence[float]) -> str:
    """Where a box is, in words.

    >>> describe_place((0.1, 0.2, 0.3, 0.5))
    '20 % across and 35 % down'
    """
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return f'{100 * across:.0f} % across and {100 * down:.0f} % down'
