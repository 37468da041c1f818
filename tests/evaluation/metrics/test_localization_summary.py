from mmav_coattn.evaluation.metrics.localization_summary import format_table


def test_table_by_hand():
    rows = dict(model=dict(ap=0.5, iiou=0.25), motion=dict(ap=0.125))
    lines = ['predictor ap iiou', 'model 0.5000 0.2500', 'motion 0.1250']
    assert [' '.join(line.split()) for line in format_table(rows).splitlines()] == lines
