import numpy as np
import pytest
import torch
from planted import embedding, network

from mmav_coattn.apis.faces import FaceTrack
from mmav_coattn.apis.speaker import AUDIO, best_face

BOXES = [(0.1, 0.2, 0.3, 0.6), (0.6, 0.2, 0.8, 0.6), (0.4, 0.0, 0.6, 0.2)]
FACES = [FaceTrack(np.zeros(1), np.array([box]), 1.0) for box in BOXES]


@pytest.mark.parametrize('speaker', [0, 1, 2])
def test_the_one_that_matches_speaks(speaker):
    # All hear the same audio, 5 steps late; it is made of what one of them shows.
    heard = embedding(lambda step: step - 5, seed=speaker)
    asked = []

    def embed(progress, streams, face=None):
        number = next(i for i, each in enumerate(FACES) if each is face)
        asked.append((number, streams))
        seen = embedding(lambda step: -1, seed=number)._replace(box=BOXES[number])
        return seen._replace(**{name: getattr(heard, name) for name in AUDIO})

    found = best_face(network(), embed, FACES, lambda done, total: None, ('visual', 'audio'))
    assert found.box == BOXES[speaker]
    assert torch.equal(found.audio, heard.audio)
    assert found.notes[-1].startswith('3 faces: ')
    place = ('20 % across and 40 % down', '70 % across and 40 % down', '50 % across and 10 % down')
    assert f'the speaker, at {place[speaker]} (logit ' in found.notes[-1]
    # The audio is embedded once.
    assert asked == [(0, ('visual', 'audio')), (1, ('visual',)), (2, ('visual',))]


@pytest.mark.parametrize(('count', 'streams'), [(1, ('visual', 'audio')), (3, ('visual',))])
def test_without_a_choice_the_face_seen_most_often(count, streams):
    own = embedding(lambda step: step)
    found = best_face(network(), lambda *_, face: own, FACES[:count], lambda *_: None, streams)
    assert found is own and not found.notes
