import json

import numpy as np
import pytest
from sync_results import DRIFT, JUMP, sync_result

from mmav_coattn.apis.verdict import judge


def result(offset, **changes):
    return sync_result(offset=offset, **dict(best=0.2, notes=['one']) | changes)


R37, BEYOND = 'within EBU R37', 'not acceptable (ITU-R BT.1359)'
FAINT = dict(offset=None, confidence=0.1)
UNCLEAR = 'no shift of the audio matches the video clearly better than others (confidence 0.10)'
SHORT = UNCLEAR.replace(' (', ', and the file is too short to try them all (')
UNSEEN = 'no visible source: nothing in sight matches the audio at any shift (confidence 0.10)'


@pytest.mark.parametrize(
    'settings, sentence',
    [
        (dict(offset=-0.24), f'audio is 0.24 s early (confidence 0.90): {BEYOND}'),
        # Half a step is not told from none.
        (dict(offset=-0.02), f'in sync, offset -0.020 s (confidence 0.90): {R37}'),
        (dict(offset=0.021), f'audio is 0.02 s late (confidence 0.90): {R37}'),
        (
            dict(offset=0.5, drift=DRIFT),
            'the offset drifts by +60 ms a minute, from audio is 0.20 s late at the beginning to '
            'audio is 0.80 s late at the end; audio is 0.50 s late in the middle (confidence '
            f'0.90): at worst {BEYOND}',
        ),
        (
            dict(
                offset=0.02, pieces=[*JUMP, JUMP[0]._replace(begin=20.0, end=30.0, offset=-0.004)]
            ),
            'the offset jumps: audio is 0.02 s late from 0.00 to 12.50 s, audio is 0.24 s early '
            'from 12.50 to 20.00 s, audio is in sync from 20.00 to 30.00 s (confidence 0.90): at '
            f'worst {BEYOND}',
        ),
        (
            dict(offset=None, at_edge=True),
            'cannot tell: the best match is at the largest shift that could be tried, +0.20 s; '
            'try a larger search range, or a longer file (confidence 0.90)',
        ),
        # At the edge, but nothing stands out there.
        (FAINT | dict(at_edge=True), f'cannot tell: {UNCLEAR}'),
        # The network calls even the best shift out of sync; less sure of it, it may be wrong.
        (FAINT | dict(curve=np.array([-0.49, np.nan])), f'cannot tell: {SHORT}'),
        (FAINT | dict(curve=np.array([-0.51, np.nan])), f'cannot tell: {UNSEEN}'),
    ],
)
def test_sentence(settings, sentence):
    assert result(**settings).sentence() == sentence


def test_json():
    plain = dict(shifts=np.array([-0.04, 0.1 + 0.2]), curve=np.array([1.5, np.nan]))
    found = json.loads(json.dumps(result(0.24, drift=DRIFT, **plain).to_dict()))
    assert found.pop('sentence').startswith('the offset drifts')
    assert (found.pop('path'), found.pop('network')) == ('a.mp4', None)
    answer = dict(offset=0.24, confidence=0.9, best=0.2, at_edge=False, pieces=[], notes=['one'])
    curve = dict(step=0.04, shifts=[-0.04, 0.3], curve=[1.5, None])
    course = dict(drift=dict(rate=0.001, first=0.2, last=0.8))
    assert found == answer | curve | course | dict(verdict=judge(0.8, 0.04)._asdict())
    unknown = result(None)
    assert unknown.worst is None and not unknown.in_sync
    assert unknown.to_dict()['verdict'] is unknown.to_dict()['drift'] is None
    jumped = result(0.02, pieces=JUMP).to_dict()['pieces']
    assert jumped[1] == dict(begin=12.5, end=20.0, offset=-0.24, confidence=0.7)
    # The worst offset decides.
    assert result(0.5, drift=DRIFT._replace(first=-0.9)).worst == -0.9
    assert not result(0.01, pieces=JUMP).in_sync
