import pytest

from mmav_coattn.apis.verdict import judge

R37 = 'within EBU R37'
DETECTABLE, ACCEPTABLE, BEYOND = (
    f'{words} (ITU-R BT.1359)'
    for words in ('not detectable', 'detectable, acceptable', 'not acceptable')
)


@pytest.mark.parametrize(
    ('milliseconds', 'words'),
    [
        (0, R37), (60, R37), (61, DETECTABLE), (125, DETECTABLE), (126, ACCEPTABLE),
        (185, ACCEPTABLE), (186, BEYOND), (-40, R37), (-41, DETECTABLE), (-45, DETECTABLE),
        (-46, ACCEPTABLE), (-90, ACCEPTABLE), (-91, BEYOND),
    ],
)  # fmt: skip
def test_limits(milliseconds, words):
    # With a network that resolves everything.
    assert judge(milliseconds / 1e3, 0.0).words == words


def test_both_signs_are_said():
    assert judge(0.24, 0.04).sentence == (
        'not acceptable (ITU-R BT.1359): +240 ms is beyond -90 to +185 ms, late above 0; in the '
        'sign of these standards, early above 0, -240 ms is beyond +90/-185 ms'
    )
    assert judge(0.05, 0.02).sentence.endswith('-50 ms is within +40/-60 ms')  # 0.05 + 0.01 > 0.06


@pytest.mark.parametrize(
    ('offset', 'certain'),
    [(0.04, True), (0.041, False), (0.079, False), (0.081, True), (-0.02, True), (-0.021, False)],
)
def test_limits_finer_than_the_network(offset, certain):
    found = judge(offset, 0.04)
    assert found.words.startswith('probably ') != certain
    assert ('nearer than the 20 ms, half a step of the network' in found.sentence) != certain
