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
    streams, the face seen most often is chosen. Of several faces, the notes say which.
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
    rows = []
    for index, (each, match) in enumerate(zip(found, matches, strict=True)):
        x0, y0, x1, y1 = (100 * side for side in each.box)
        place = f'at {(x0 + x1) / 2:.0f} % across and {(y0 + y1) / 2:.0f} % down'
        rows.append(f'{"the speaker, " if index == best else ""}{place} (logit {match:.2f})')
    return found[best]._replace(notes=[*first.notes, f'{len(found)} faces: {", ".join(rows)}'])
