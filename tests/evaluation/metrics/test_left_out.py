"""Files that an evaluation left out are counted and named."""

from mmav_coattn.evaluation.metrics.left_out import count_reasons, describe_left_out


def results(count, reason='silent'):
    return [
        dict(name=f'{index}.mp4', reason=reason, sentence=f'is {reason}') for index in range(count)
    ]


def test_reasons_by_how_often():
    assert count_reasons(results(1, 'missing') + results(2)) == 'silent: 2, missing: 1'
    assert count_reasons([]) == 'no file'


def test_the_first_are_named_and_the_rest_counted():
    assert describe_left_out(results(3), total=9, num_listed=2) == (
        '3 of 9 files were left out of the evaluation (silent: 3):\n'
        '  0.mp4: is silent\n'
        '  1.mp4: is silent\n'
        '  ... and 1 more'
    )
    assert describe_left_out(results(2), total=2).endswith('0.mp4: is silent\n  1.mp4: is silent')
