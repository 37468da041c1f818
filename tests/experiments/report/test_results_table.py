"""Figures beside their floors and controls."""

import math

from mmav_coattn.experiments.report.results_table import describe_counts, result_rows

FIGURES = {
    'sync/accuracy': 0.9,
    'sync/cross_entropy': 0.3,
    'sync/accuracy_|shift|_0.4-0.6': 0.8,
    'sync/accuracy_video_blank': 0.51,
    'sync/accuracy_audio_blank': None,
    'sync/num_clips': 300.0,
    'sync/left_out': None,
    'localization/ciou50': 0.4,
    'localization/ciou50_floor': 0.3,
    'localization/sea_floor': 7.0,
    'localization/pointing': 0.9,
    'localization/pointing_centre_disc': 0.2,
    'localization/pointing_whole_image': 0.1,
    'localization/pointing_motion_energy': 0.4,
    'localization/num_pairs': 700.0,
}


def test_rows():
    rows = {row.name: row[1:] for row in result_rows(FIGURES)}
    assert rows == {
        'accuracy': (0.9, 0.5, (0.51, None), ''),
        'cross_entropy': (0.3, math.log(2), (None, None), ''),
        'accuracy_|shift|_0.4-0.6': (0.8, 0.5, (None, None), ''),
        'localization/ciou50': (0.4, 0.3, (None, None), ''),
        # A figure of that name alone is no floor of another.
        'localization/sea_floor': (7.0, None, (None, None), ''),
        # Of several guesses the best one is the floor.
        'localization/pointing': (0.9, 0.4, (None, None), 'motion energy'),
    }


def test_counts():
    assert describe_counts(FIGURES) == 'N = 300 clips'
    assert describe_counts({'a/num_files': 9.0, 'a/left_out': 2.0}) == (
        'N = 9 clips, 2 files left out'
    )
    assert describe_counts({'sync/num_clips': None}) == 'N: not logged'
