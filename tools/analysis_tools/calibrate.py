"""Fit the confidence of an offset, so that it is the share of answers that are right.

Reads what evaluate_sync.py wrote with --out: videos with their own audio, and, as answers that are
wrong for sure, with that of others (--mismatched). Prints the reliability of the confidence, and
the setting that makes it right: the logit is multiplied by a gain, and a bias is added. Of the
videos with their own audio, also the share that can be answered so that 95 % are right.

  python tools/analysis_tools/calibrate.py own.json mismatched.json
  # then: model = dict(test_cfg=dict(calibration=(GAIN, BIAS)))
"""

import argparse
import json
from pathlib import Path

import numpy as np

from mmav_coattn.cli.run_tool import run_tool

#: Edges of the bins of the confidence.
EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('results', type=Path, nargs='+', help='JSON files of evaluate_sync.py')
    parser.add_argument(
        '--tolerance', type=float, default=0.1, help='error that is right, s; default: 0.1'
    )
    return parser.parse_args()


def read(paths, tolerance):
    """Confidence (N,), whether the best shift is right, and whether the audio is the video's."""
    sure, right, owned = [], [], []
    for path in paths:
        for record in json.loads(path.read_text(encoding='utf-8'))['files']:
            sure.append(record['confidence'])
            own = 'audio_of' not in record
            right.append(own and abs(record['best'] - record['shift']) <= tolerance + 1e-9)
            owned.append(own)
    return np.array(sure), np.array(right), np.array(owned)


def fit(sure, right):
    """Gain and bias of the logit (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    clipped = np.clip(sure, 1e-9, 1 - 1e-9)
    logits = np.log(clipped / (1 - clipped))
    model = LogisticRegression(C=np.inf).fit(logits[:, None], right)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def largest_share(sure, right, least=0.95):
    """Largest share of the answers, surest first, of which so many are right."""
    shares = np.cumsum(right[np.argsort(-sure, kind='stable')]) / np.arange(1, len(right) + 1)
    return (np.flatnonzero(shares >= least).max(initial=-1) + 1) / len(right)


def main():
    args = parse_args()
    sure, right, own = read(args.results, args.tolerance)
    gain, bias = fit(sure, right)
    print(f'{"confidence":<14}{"N":>5}{"mean":>8}{"right":>8}')
    for low, high in zip(EDGES, EDGES[1:], strict=False):
        inside = (sure >= low) & ((sure < high) | (high == EDGES[-1]))
        if inside.any():
            means = f'{sure[inside].mean():>8.2f}{right[inside].mean():>8.2f}'
            print(f'{low:.1f} to {high:<7.1f}{inside.sum():>5}{means}')
    print(f'answered where 95 % are right: {largest_share(sure[own], right[own]):.2f}')
    print(f'calibration=({gain:.2f}, {bias:.2f}), on top of what was set')


if __name__ == '__main__':
    run_tool(main)
