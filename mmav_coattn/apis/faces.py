"""Faces in a video, each followed over the file; needs the extra ``faces`` (dlib's detector)."""

from math import ceil
from typing import NamedTuple

import numpy as np
from scipy.ndimage import median_filter

from mmav_coattn.errors import NoFaceError, import_extra
from mmav_coattn.media import MediaFile

#: Time between two looks for faces, s.
LOOK_SECONDS = 0.4
#: Frames are scaled to this shorter side first: the detector finds faces of 80 px and more.
SHORT_SIDE = 480
#: Least overlap (intersection over union) of one face in two looks.
MIN_OVERLAP = 0.3
#: Least share of all looks in which a face must be seen.
MIN_SHARE = 0.25


class FaceCrop(NamedTuple):
    """The part of a face that a network sees, a square around the mouth."""

    width: float  #: Side, in widths of the face.
    down: float  #: Height of its middle, from the top of the face (0) to its bottom (1).


class FaceTrack(NamedTuple):
    """One face over a file."""

    times: np.ndarray  #: (K,) at which it was seen, s on the container's clock.
    boxes: np.ndarray  #: (K, 4) x0, y0, x1, y1, fractions of the frame; smoothed.
    aspect: float  #: Width of the frame over its height.

    def mouths_at(self, times: np.ndarray, crop: FaceCrop) -> np.ndarray:
        """Squares (T, 4) around the mouth, fractions of the frame; they may reach beyond it.

        Between looks they lie on a line, and beyond them as at the nearest, of times (T,), s.
        """
        low, high = self.boxes[:, :2], self.boxes[:, 2:]
        x = (low[:, 0] + high[:, 0]) / 2
        y = low[:, 1] + crop.down * (high[:, 1] - low[:, 1])
        half = crop.width * (high[:, 0] - low[:, 0]) / 2
        sides = (x - half, y - half * self.aspect, x + half, y + half * self.aspect)
        return np.stack([np.interp(times, self.times, side) for side in sides], axis=1)


def find_faces(path: str) -> list[FaceTrack]:
    """Find the faces of a file, frontal or turned a little; those seen most often come first.

    Boxes of neighbouring looks belong to one face where they overlap.

    Raises:
        MissingDependencyError: If the extra ``faces`` is not installed.
        NoFaceError: If no face is seen.
        MediaError: If the file cannot be used.
    """
    detector = _detector()
    with MediaFile(path) as media:
        begin, end = media.video_span
        count = max(1, int((end - begin) / LOOK_SECONDS))
        times = begin + min(LOOK_SECONDS, end - begin) * (np.arange(count) + 0.5)
        looks = []
        for image in media.stream_frames(times, short_side=SHORT_SIDE):
            looks.append(_detect(detector, image))
    tracks = _link(times, looks, aspect=image.shape[1] / image.shape[0])
    least = ceil(MIN_SHARE * len(times))
    kept = [track for track in tracks if len(track.times) >= least]
    if not kept:
        why = 'shows no face that can be followed; use the network `events` for other videos'
        raise NoFaceError(path, why)
    kept.sort(key=lambda track: -len(track.times))
    return [track._replace(boxes=_smooth(track.boxes)) for track in kept]


def _detector():
    return import_extra('dlib', 'faces', 'The network `faces`').get_frontal_face_detector()


def _detect(detector, image: np.ndarray) -> np.ndarray:
    """Boxes (F, 4) of the faces in a frame (H, W, 3) uint8, fractions."""
    height, width = image.shape[:2]
    found = detector(np.ascontiguousarray(image), 0)
    boxes = [(box.left(), box.top(), box.right(), box.bottom()) for box in found]
    return np.array(boxes, float).reshape(-1, 4) / [width, height, width, height]


def _link(times: np.ndarray, looks: list[np.ndarray], aspect: float) -> list[FaceTrack]:
    """Join the boxes of all looks to tracks: each to the one whose last box it overlaps most."""
    tracks: list[tuple[list[float], list[np.ndarray]]] = []
    for time, boxes in zip(times, looks, strict=True):
        free = list(range(len(tracks)))
        for box in boxes:
            overlaps = [_overlap(tracks[i][1][-1], box) for i in free]
            if overlaps and max(overlaps) >= MIN_OVERLAP:
                seen, kept = tracks[free.pop(int(np.argmax(overlaps)))]
                seen.append(time)
                kept.append(box)
            else:
                tracks.append(([time], [box]))
    return [FaceTrack(np.array(seen), np.stack(kept), aspect) for seen, kept in tracks]


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes."""
    shared = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod()
    return shared / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - shared)


def _smooth(boxes: np.ndarray) -> np.ndarray:
    """Medians over five looks of the middle, and over the track of the size."""
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, np.median(boxes[:, 2:] - boxes[:, :2], 0)
    middles = median_filter(middles, size=(5, 1), mode='nearest')
    return np.concatenate([middles - sizes / 2, middles + sizes / 2], axis=1)
