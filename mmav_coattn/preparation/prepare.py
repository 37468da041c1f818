"""Re-encode a whole set: in parallel, going on where a run stopped, with every failure named."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mmav_coattn.errors import ConfigError, MediaError
from mmav_coattn.io import write_whole
from mmav_coattn.isolated_pool import run_isolated
from mmav_coattn.progress import progress_bar

from .list_maker import write_list
from .parts import part_name, require_parts, take_part
from .transcode import Encoding, is_prepared, transcode

#: Names of the report and of the list of files within the output folder.
REPORT, LIST = 'prepare.json', 'prepared.txt'


def target_path(relpath: str) -> str:
    """Path of a re-encoded file within the output folder: the same with the suffix ``.mp4``."""
    return Path(relpath).with_suffix('.mp4').as_posix()


def prepare(
    root: Path,
    items: Sequence[dict],
    out: Path,
    encoding: Encoding,
    num_workers: int | None = None,
    timeout: float = 600.0,
    part: tuple[int, int] | None = None,
) -> dict:
    """Re-encode files into another folder; what is there and as long as its source is kept.

    Items have ``relpath``, from ``root`` on, and ``label`` (-1 for none); ``out`` is made. One file
    may take ``timeout`` s in one of ``num_workers`` processes, by default one per core. With
    ``part`` only that part is done, see :func:`merge_reports`.

    Returns:
        dict: What ``prepare.json`` holds: ``done``, ``kept`` (were there already), ``failed``
        (sentence by path), ``bytes_before``, ``bytes_after`` and ``holes`` (s of silence by path).

    Raises:
        ConfigError: If ``out`` is ``root``, or two files would get one name.
    """
    if out.resolve() == root.resolve():
        raise ConfigError(f'{out}: the files are read from there; give another folder to write to.')
    sources: dict[str, str] = {}
    for item in items:
        other = sources.setdefault(target_path(item['relpath']), item['relpath'])
        if other != item['relpath']:
            both = f'{other} and {item["relpath"]} would both become {target_path(other)}'
            raise ConfigError(f'{both} in {out}: rename one of them.')
    out.mkdir(parents=True, exist_ok=True)
    job = partial(_prepare_one, root=str(root), out=str(out), encoding=encoding)
    report = _empty_report()
    chosen = take_part(list(sources.values()), part)
    outcomes = run_isolated(job, chosen, num_workers, timeout)
    for outcome in progress_bar(outcomes, total=len(chosen), desc='prepare', unit='file'):
        made = outcome.value or {}
        failure = outcome.failure or made.get('failure')
        if failure:
            report['failed'][outcome.task] = failure
            continue
        report['done' if made else 'kept'] += 1
        for name in ('bytes_before', 'bytes_after'):
            report[name] += made.get(name, 0)
        if made.get('hole'):
            report['holes'][outcome.task] = round(made['hole'], 3)
    if part is not None:
        write_whole(json.dumps(report, indent=1) + '\n', out / f'{part_name(part)}.json')
        return report
    return _write_results(out, items, report)


def merge_reports(items: Sequence[dict], out: Path, count: int) -> dict:
    """Report and list of the whole set, as of :func:`prepare`, from those of ``count`` parts.

    Raises:
        ConfigError: If parts are missing or unfinished, or files have come since; it names them.
    """
    merged = _empty_report()
    for file in require_parts(lambda name: out / f'{name}.json', count):
        for name, value in json.loads(file.read_text(encoding='utf-8')).items():
            merged[name] = merged[name] | value if isinstance(value, dict) else merged[name] + value
    paths = [item['relpath'] for item in items]
    for name in ('failed', 'holes'):
        merged[name] = {path: merged[name][path] for path in paths if path in merged[name]}
    expected = [path for path in paths if path not in merged['failed']]
    absent = [path for path in expected if not (out / target_path(path)).is_file()]
    if absent:
        raise ConfigError(
            f'{out}: {len(absent)} files are in no part, for instance {absent[0]}: run the parts '
            'again on the same list of files.'
        )
    return _write_results(out, items, merged)


def _empty_report() -> dict:
    return dict(done=0, kept=0, failed={}, bytes_before=0, bytes_after=0, holes={})


def _write_results(out: Path, items: Sequence[dict], report: dict) -> dict:
    write_whole(json.dumps(report, indent=1) + '\n', out / REPORT)
    labels = {x['relpath']: x['label'] for x in items if x['relpath'] not in report['failed']}
    rows = [dict(file=target_path(path), label=label) for path, label in labels.items()]
    if min(labels.values(), default=-1) < 0:
        rows = [dict(file=row['file']) for row in rows]
    write_list(out / LIST, rows)
    return report


def _prepare_one(relpath: str, root: str, out: str, encoding: Encoding) -> dict | None:
    """Re-encode one file; None if its target is there already."""
    source, target = Path(root, relpath), Path(out, target_path(relpath))
    try:
        return None if is_prepared(source, target) else transcode(source, target, encoding)
    except MediaError as error:
        return dict(failure=error.detail)
