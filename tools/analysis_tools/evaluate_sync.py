"""Shift the audio of videos by known amounts, and see whether the offset is found.

The videos are those of the test set of the network's config, or of a table (--clips). Each is
copied with its audio moved by an amount drawn from its name and the seed, both streams as they were
encoded; original and copy are measured, and with --fix the copy is mended and measured again.
Recordings have small offsets of their own, so the shift is also compared with the difference
between copy and original. With --mismatched each video is measured with the audio of another one
instead: what is answered then is what a network says without content.
"""

import argparse
import csv
import json
import tempfile
from pathlib import Path

import numpy as np
from mmaction.registry import DATASETS
from mmengine.registry import init_default_scope

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.apis.sync_estimator import measure_sync
from mmav_coattn.apis.sync_fix import fix_sync
from mmav_coattn.cli.arguments import (
    add_checkpoint_arguments,
    build_inferencer,
    find_network,
)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.datasets.transforms.sync_windows import stable_rng
from mmav_coattn.errors import ConfigError, DataNotFoundError, MediaError, UnknownOffsetError
from mmav_coattn.media.remux import shift_audio
from mmav_coattn.progress import progress_bar


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    add_checkpoint_arguments(parser)
    parser.add_argument(
        '--clips',
        type=Path,
        help='CSV with the column path, relative to its folder, and maybe kind, by which the '
        "figures are split; default: the test set of the network's config",
    )
    parser.add_argument('--data-root', help="another folder for the config's data")
    parser.add_argument('--num', type=int, help='only the first so many videos')
    parser.add_argument(
        '--largest',
        type=float,
        default=0.6,
        help='largest shift made, s; 0: files as they are; default: 0.6',
    )
    parser.add_argument(
        '--max-offset', type=float, default=1.0, help='largest one looked for, s; default: 1'
    )
    parser.add_argument(
        '--tolerance', type=float, default=0.04, help='error that counts as right, s; default: 0.04'
    )
    parser.add_argument('--seed', type=int, default=0, help='of the shifts; default: 0')
    parser.add_argument(
        '--mismatched', action='store_true', help='a control: each video with the audio of another'
    )
    parser.add_argument('--fix', action='store_true', help='also mend the copies and measure again')
    parser.add_argument('--out', type=Path, help='JSON file for all figures')
    return parser.parse_args()


def find_videos(args):
    """Videos as (path, name that the shift is drawn from, kind)."""
    if args.clips is not None:
        with args.clips.open(newline='', encoding='utf-8') as file:
            rows = list(csv.DictReader(file))
        folder = args.clips.parent
        return [(folder / row['path'], row['path'], row.get('kind', 'all')) for row in rows]
    config, _ = find_network(args)
    cfg = load_config(str(config), {'data_root': args.data_root} if args.data_root else None)
    if 'test_dataloader' not in cfg:
        raise ConfigError(f'{config}: has no test set; name videos by --clips FILE.csv.')
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    return [(Path(info['filename']), info['relpath'], 'all') for info in infos]


def plain(result):
    """What is kept of a result."""
    names = ('step', 'offset', 'best', 'confidence', 'no_visible_source')
    return {name: getattr(result, name) for name in names}


def measure(inferencer, path, name, folder, args):
    """Shift, measure and mend one video; a record of plain numbers."""
    shift = float(stable_rng(args.seed, name).uniform(-args.largest, args.largest))
    shifted = path if not args.largest else shift_audio(path, folder / f'a{path.suffix}', shift)
    result = inferencer.sync(shifted, max_offset=args.max_offset)
    record = dict(shift=shift) | plain(result)
    if args.largest:
        record['own'] = inferencer.sync(path, max_offset=args.max_offset).best
    if args.fix:
        record['residual'] = record['residual_measured'] = None
        try:
            fixed = fix_sync(
                inferencer, result, folder / f'fixed{path.suffix}', max_offset=args.max_offset
            )
        except UnknownOffsetError:
            return record
        record['residual'] = shift + fixed.shift
        record['residual_measured'] = fixed.after.offset
    return record


def each_usable(videos, act):
    """Records ``act(path, name)`` of the videos that can be used, and sentences on the others."""
    records, failures = [], {}
    for path, name, kind in progress_bar(videos, unit='file'):
        try:
            records.append(dict(file=name, kind=kind) | act(path, name))
        except (MediaError, DataNotFoundError) as error:
            failures[name] = (kind, str(error))
    return records, failures


def measure_mismatched(inferencer, videos, args):
    """Records of each video with the audio of the one half the list away: of another source."""
    found, failures = each_usable(videos, lambda path, _: dict(own=inferencer.embed(path)))
    order = {each['file']: index for index, each in enumerate(found)}

    def act(own, name):
        other = found[(order[name] + len(found) // 2) % len(found)]
        audio = other['own']
        # Both from the beginning of their streams.
        times = audio.audio_times + own.times[0] - audio.times[0]
        mixed = own._replace(audio=audio.audio, audio_times=times, audible=audio.audible)
        result = measure_sync(inferencer.model, mixed, args.max_offset)
        return dict(audio_of=other['file'], shift=0.0) | plain(result)

    usable = [(each['own'], each['file'], each['kind']) for each in found]
    records, more = each_usable(usable, act)
    return records, failures | more


def share(values):
    return float(np.mean(values)) if len(values) else None


def summarise(records, num_failed, args):
    """The figures of some files; one that failed counts as wrong."""
    errors = np.array([record['best'] - record['shift'] for record in records])
    answered = np.array([record['offset'] is not None for record in records], bool)
    within = np.abs(errors) <= args.tolerance + 1e-9
    total = len(records) + num_failed
    step = records[0]['step']
    candidates = 2 * round(args.max_offset / step) + 1
    summary = dict(
        num_files=total,
        failed=num_failed,
        within_tolerance=within.sum() / total,
        within_twice_tolerance=(np.abs(errors) <= 2 * args.tolerance + 1e-9).sum() / total,
        chance=min(1.0, (2 * int(args.tolerance / step + 1e-6) + 1) / candidates),
        answered=answered.sum() / total,
        right_if_answered=share(within[answered]),
        right_within_twice_if_answered=share(np.abs(errors[answered]) <= 2 * args.tolerance),
        median_error=float(np.median(errors)),
        median_absolute_error=float(np.median(np.abs(errors))),
        no_visible_source=share([record['no_visible_source'] for record in records]),
        always_zero=share([abs(record['shift']) <= args.tolerance for record in records]),
    )
    if all('own' in record for record in records):
        moved = errors - [record['own'] for record in records]
        summary['difference_within_tolerance'] = (np.abs(moved) <= args.tolerance).sum() / total
        summary['sd_of_difference'] = float(np.std(moved))
    if args.fix:
        for name in ('residual', 'residual_measured'):
            known = [r[name] is not None and abs(r[name]) <= args.tolerance for r in records]
            summary[f'{name}_within_tolerance'] = sum(known) / total
    return summary


def print_table(summaries):
    """One column a kind."""
    kinds = list(summaries)
    print(f'{"":<32}' + ''.join(f'{kind:>12}' for kind in kinds))
    for name in summaries[kinds[0]]:
        values = [summaries[kind][name] for kind in kinds]
        cells = [
            f'{v:.3f}' if isinstance(v, float) else '-' if v is None else f'{v}' for v in values
        ]
        print(f'{name:<32}' + ''.join(f'{cell:>12}' for cell in cells))


def main():
    args = parse_args()
    videos = find_videos(args)[: args.num]
    if not videos:
        raise ConfigError(f'{args.clips or "the test set"}: holds no video.')
    if args.mismatched and args.network == 'auto':
        raise ConfigError('--mismatched measures one network: give --network events or faces.')
    inferencer = build_inferencer(args)
    if args.mismatched:
        records, failures = measure_mismatched(inferencer, videos, args)
    else:
        with tempfile.TemporaryDirectory() as folder:
            records, failures = each_usable(
                videos, lambda path, name: measure(inferencer, path, name, Path(folder), args)
            )
    if not records:
        raise ConfigError(f'None of {len(videos)} videos could be measured: {failures}')
    kinds = sorted({record['kind'] for record in records} - {'all'})
    summaries = {
        kind: summarise(
            [record for record in records if kind in ('all', record['kind'])],
            sum(kind in ('all', failed) for failed, _ in failures.values()),
            args,
        )
        for kind in [*kinds, 'all']
    }
    print_table(summaries)
    for _, sentence in failures.values():
        print(f'failed: {sentence}')
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dict(summaries=summaries, files=records, failures=failures), indent=1)
        args.out.write_text(text + '\n', encoding='utf-8')
        print(f'all files: {args.out}')


if __name__ == '__main__':
    run_tool(main)
