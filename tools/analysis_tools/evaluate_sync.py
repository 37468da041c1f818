"""Shift the audio of held-out videos by known amounts, and see whether the offset is found.

The videos are those of the config's test set. Each is copied with its audio moved by an amount
drawn from its name and the seed, both streams as they were encoded; the copies are measured, and
with --fix mended and measured again. With --mismatched each video is measured with the audio of the
next one instead: what is answered then, and how often 0, is what a network says without content.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from mmaction.registry import DATASETS
from mmengine.registry import init_default_scope

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.apis.sync_estimator import measure_sync
from mmav_coattn.apis.sync_fix import fix_sync
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.datasets.transforms.sync_windows import stable_rng
from mmav_coattn.errors import ConfigError, MediaError, UnknownOffsetError
from mmav_coattn.media.remux import shift_audio
from mmav_coattn.progress import progress_bar


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--data-root', help="another folder for the config's data")
    parser.add_argument('--num', type=int, help='only the first so many videos')
    parser.add_argument('--largest', type=float, default=0.6, help='largest shift made, s')
    parser.add_argument('--max-offset', type=float, default=1.0, help='largest one looked for, s')
    parser.add_argument('--tolerance', type=float, default=0.04, help='error that counts as right')
    parser.add_argument('--seed', type=int, default=0, help='of the shifts')
    parser.add_argument(
        '--mismatched', action='store_true', help='a control: each video with the audio of the next'
    )
    parser.add_argument('--fix', action='store_true', help='also mend the copies and measure again')
    parser.add_argument('--out', type=Path, help='JSON file for all figures')
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    return parser.parse_args()


def held_out_videos(cfg, num):
    """Files of the config's test set, as (path, path relative to its data root)."""
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    return [(info['filename'], info['relpath']) for info in infos[:num]]


def measure(inferencer, path, relpath, folder, args):
    """Shift, measure and mend one video; a record of plain numbers."""
    shift = float(stable_rng(args.seed, relpath).uniform(-args.largest, args.largest))
    shifted = shift_audio(path, folder / f'shifted{Path(path).suffix}', shift)
    result = inferencer.sync(shifted, max_offset=args.max_offset)
    record = dict(
        file=relpath,
        shift=shift,
        offset=result.offset,
        best=result.best,
        confidence=result.confidence,
    )
    if args.fix:
        record['residual'] = record['residual_measured'] = None
        try:
            fixed = fix_sync(
                inferencer, result, folder / f'fixed{Path(path).suffix}', max_offset=args.max_offset
            )
        except UnknownOffsetError:
            return record
        record['residual'] = shift + fixed.shift
        record['residual_measured'] = fixed.after.offset
    return record


def measure_mismatched(inferencer, videos, args):
    """Best shift of each video with the audio of the next; the share answered, and answered 0."""
    embeddings = {}
    records, failures = [], {}
    for path, relpath in progress_bar(videos, unit='file'):
        try:
            embeddings[relpath] = inferencer.embed(path)
        except MediaError as error:
            failures[relpath] = str(error)
    names = list(embeddings)
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        own, next_one = embeddings[name], embeddings[other]
        # Both from the beginning of their streams.
        start = own.times[0] - next_one.times[0]
        mixed = own._replace(
            audio=next_one.audio, audio_times=next_one.audio_times + start, audible=next_one.audible
        )
        result = measure_sync(inferencer.model, mixed, args.max_offset, segment_seconds=10.0)
        records.append(
            dict(file=name, audio_of=other, best=result.best, confidence=result.confidence)
            | dict(offset=result.offset, is_zero=abs(result.best) <= result.step / 2)
        )
    summary = dict(
        num_files=len(records),
        answered=float(np.mean([record['offset'] is not None for record in records])),
        best_is_zero=float(np.mean([record['is_zero'] for record in records])),
        failed=len(failures),
    )
    return records, failures, summary


def share_within(values, tolerance):
    """Share of values that are known and at most the tolerance from 0."""
    return float(np.mean([value is not None and abs(value) <= tolerance for value in values]))


def summarise(records, failures, args):
    """The figures of all files; one that failed counts as wrong."""
    lost = [None] * len(failures)
    errors = [None if r['offset'] is None else r['offset'] - r['shift'] for r in records]
    known = np.array([error for error in errors if error is not None])
    summary = dict(
        num_files=len(records) + len(failures),
        seed=args.seed,
        largest_shift=args.largest,
        tolerance=args.tolerance,
        within_tolerance=share_within(errors + lost, args.tolerance),
        within_twice_tolerance=share_within(errors + lost, 2 * args.tolerance),
        cannot_tell=sum(error is None for error in errors),
        failed=len(failures),
        median_absolute_error=float(np.median(np.abs(known))) if len(known) else None,
        floor_always_zero=share_within([r['shift'] for r in records], args.tolerance),
    )
    if args.fix:
        for name in ('residual', 'residual_measured'):
            residuals = [record[name] for record in records] + lost
            summary[f'{name}_within_tolerance'] = share_within(residuals, args.tolerance)
    return summary


def main():
    args = parse_args()
    options = {'data_root': args.data_root} if args.data_root else None
    cfg = load_config(args.config, options)
    videos = held_out_videos(cfg, args.num)
    if not videos:
        raise ConfigError(f'{args.config}: its test set holds no video.')
    inferencer = AudioVisualInferencer(cfg, args.checkpoint, args.device)
    if args.mismatched:
        records, failures, summary = measure_mismatched(inferencer, videos, args)
    else:
        records, failures = [], {}
        with tempfile.TemporaryDirectory() as folder:
            for path, relpath in progress_bar(videos, unit='file'):
                try:
                    records.append(measure(inferencer, path, relpath, Path(folder), args))
                except MediaError as error:
                    failures[relpath] = str(error)
        if not records:
            raise ConfigError(f'None of {len(videos)} videos could be measured: {failures}')
        summary = summarise(records, failures, args)
    for name, value in summary.items():
        print(f'{name:<36}{value:.3f}' if isinstance(value, float) else f'{name:<36}{value}')
    for sentence in failures.values():
        print(f'failed: {sentence}')
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dict(summary=summary, files=records, failures=failures), indent=1)
        args.out.write_text(text + '\n', encoding='utf-8')
        print(f'all files: {args.out}')


if __name__ == '__main__':
    run_tool(main)
