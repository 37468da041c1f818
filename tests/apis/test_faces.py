import sys
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest

from mmav_coattn.apis import faces
from mmav_coattn.apis.faces import FaceCrop, FaceTrack, find_faces
from mmav_coattn.errors import MissingDependencyError, NoFaceError
from tests.media_factory import write_clip


def Box(*sides):
    """As dlib's rectangles: sides are methods."""
    names = ('left', 'top', 'right', 'bottom')
    return SimpleNamespace(**{n: lambda s=s: s for n, s in zip(names, sides, strict=True)})


@pytest.fixture
def clip(tmp_path):
    return str(write_clip(tmp_path / 'clip.mp4', duration=4.0, fps=25, size=(160, 120)).path)


def use(monkeypatch, looks):
    """A detector that gives these boxes, one list a look."""
    monkeypatch.setattr(faces, '_detector', lambda: Mock(side_effect=looks))


def test_two_faces_are_kept_apart(clip, monkeypatch):
    left = [Box(10 + i, 20, 50 + i, 60) for i in range(10)]
    right = [Box(100, 30, 140, 70)] * 10
    looks = [[a, b] if i % 2 else [b, a] for i, (a, b) in enumerate(zip(left, right, strict=True))]
    del looks[4][:1]  # the right one is not seen once
    looks[7].append(Box(60, 80, 100, 119))  # a single wrong box is left out
    use(monkeypatch, looks)
    found = find_faces(clip)
    assert [len(track.times) for track in found] == [10, 9]
    assert found[0].aspect == pytest.approx(160 / 120)
    assert found[1].boxes[0] == pytest.approx([100 / 160, 30 / 120, 140 / 160, 70 / 120])
    # The left one moves by a pixel a look; medians over five looks keep its path.
    assert found[0].boxes[5] * [160, 120, 160, 120] == pytest.approx([15, 20, 55, 60])
    assert found[0].times[1] - found[0].times[0] == pytest.approx(0.4)


def test_no_face_and_no_detector(clip, monkeypatch):
    with monkeypatch.context() as patched:
        use(patched, [[]] * 10)
        with pytest.raises(NoFaceError, match='shows no face that can be followed; use the net'):
            find_faces(clip)
    monkeypatch.setitem(sys.modules, 'dlib', None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'mmav_coattn\[faces\]'"):
        find_faces(clip)


def test_mouths():
    boxes = np.array([[0.2, 0.2, 0.4, 0.6], [0.4, 0.2, 0.6, 0.6]])
    track = FaceTrack(np.array([0.0, 1.0]), boxes, aspect=2.0)
    # The square is as wide as the face, 0.2, and twice that high in fractions of the height.
    crop = FaceCrop(width=1.0, down=0.75)
    found = track.mouths_at(np.array([-1.0, 0.5, 2.0]), crop)
    assert found[0] == pytest.approx([0.2, 0.3, 0.4, 0.7])
    assert found[:, 0] == pytest.approx([0.2, 0.3, 0.4])
