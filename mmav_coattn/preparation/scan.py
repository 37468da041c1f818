"""Look at every file of a set; write tables of all and of the usable files, and a report."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from mmav_coattn.errors import ConfigError
from mmav_coattn.io import acquire_lock, whole_file, write_whole
from mmav_coattn.isolated_pool import run_isolated
from mmav_coattn.progress import progress_bar

from .parts import require_parts
from .probe import MediaProbe, probe_media
from .video_index import named_twice

#: Journal of finished probes within the output folder, one JSON object a line.
JOURNAL = 'probes.jsonl'
#: What a scan writes there.
ALL_TABLE, USABLE_TABLE, REPORT = 'files.csv', 'usable.csv', 'report.json'
#: Every verdict, the first that holds is given; all but ``ok`` make a file unusable.
VERDICTS = {
    'missing': 'does not exist',
    'crashed': 'ended the decoder, or took too long',
    'unreadable': 'cannot be decoded from start to end, or is cut off',
    'no_video': 'has no video',
    'no_audio': 'has no audio stream',
    'too_short': 'video and audio overlap too briefly',
    'silent': 'no half second of audio reaches the level',
    'still': 'the video does not move',
    'ok': 'usable',
}
#: Decimals of the table's numbers: 0.1 ms, 0.1 dB and so on.
_DECIMALS = dict(level=1, motion=1, fps=3)
_NAMED = 5


@dataclass(frozen=True)
class Limits:
    """What a file must have to be usable."""

    min_seconds: float = 2.0  #: s in which there are both video and audio
    min_level: float = -70.0  #: that the loudest half second must exceed, dB of full scale
    #: Change of the frames that must be exceeded; see :func:`measure_motion`. An encoder's noise on
    #: a photograph changes by 1 to 4, a talking mouth by 15 and more.
    min_motion: float = 6.0


def judge(probe: MediaProbe, limits: Limits) -> str:
    """The verdict on a probed file: a key of :data:`VERDICTS`."""
    if probe.broken:
        return 'unreadable'
    if not probe.has_video:
        return 'no_video'
    if not probe.has_audio:
        return 'no_audio'
    if probe.duration < limits.min_seconds:
        return 'too_short'
    if probe.level <= limits.min_level:
        return 'silent'
    if probe.motion is None or probe.motion <= limits.min_motion:
        return 'still'
    return 'ok'


def scan(
    root: Path,
    items: Sequence[dict],
    out: Path,
    limits: Limits,
    num_workers: int | None = None,
    timeout: float = 600.0,
) -> dict:
    """Probe files and write the tables and the report.

    What is probed is written down at once, so an interrupted scan goes on where it stopped; a file
    whose size or time of change is another one is probed anew, and so is one that took too long.
    Other limits need no new probing.

    Items have ``relpath``, from ``root`` on, and ``label`` (-1 for none); ``out`` is made. One file
    may take ``timeout`` s in one of ``num_workers`` processes, by default one per core.

    Returns:
        dict: ``files``, files by ``verdicts``, ``usable_hours``, usable files with ``late_audio``
        (audio starts more than 40 ms before or after the video) and ``with_holes``, ``limits``.

    Raises:
        ConfigError: If two items name the same file.
    """
    double = named_twice(item['relpath'] for item in items)
    if double:
        named = ', '.join(double[:_NAMED])
        raise ConfigError(f'{len(double)} files are listed more than once: {named}.')
    out.mkdir(parents=True, exist_ok=True)
    with _locked(out):
        records = _read_journal(out / JOURNAL)
        stamps = {item['relpath']: _stamp(root / item['relpath']) for item in items}
        known = {path: record['stamp'] for path, record in records.items()}
        todo = [path for path, stamp in stamps.items() if stamp and known.get(path) != stamp]
        with (out / JOURNAL).open('a', encoding='utf-8') as journal:
            outcomes = run_isolated(partial(_probe_below, str(root)), todo, num_workers, timeout)
            for outcome in progress_bar(outcomes, total=len(todo), desc='scan', unit='file'):
                found = dict(probe=outcome.value)
                if outcome.kind != 'done':
                    found = dict(kind=outcome.kind, failure=outcome.failure)
                record = dict(file=outcome.task, stamp=stamps[outcome.task]) | found
                records[outcome.task] = record
                if outcome.kind != 'timeout':
                    journal.write(json.dumps(record) + '\n')
                    journal.flush()
        there = {path: records.get(path) for path, stamp in stamps.items() if stamp}
        rows = [_row(item, there.get(item['relpath']), limits) for item in items]
        return _write_results(out, rows, limits)


def merge_scans(out: Path, count: int) -> None:
    """Put the measurements of all parts, scanned into ``OUT/part_i_of_n``, into the journal of OUT.

    A :func:`scan` of all files then has nothing left to probe but what took too long.

    Raises:
        ConfigError: If parts are missing or unfinished; it names them.
    """
    reports = require_parts(lambda name: out / name / REPORT, count)
    with _locked(out):
        records = _read_journal(out / JOURNAL)
        for report in reports:
            records |= _read_journal(report.with_name(JOURNAL))
        write_whole(''.join(json.dumps(x) + '\n' for x in records.values()), out / JOURNAL)


def _locked(out: Path):
    wait = f'Another scan writes to {out}; waiting.'
    return acquire_lock(out / '.lock', on_wait=partial(print, wait))


def _probe_below(root: str, relpath: str) -> dict:
    return asdict(probe_media(Path(root, relpath)))


def _stamp(path: Path) -> list[int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns]


def _read_journal(path: Path) -> dict[str, dict]:
    """Finished probes by file; a torn last line, of a run that was killed, is cut off."""
    if not path.is_file():
        return {}
    whole, _, torn = path.read_bytes().rpartition(b'\n')
    if torn:
        with path.open('r+b') as file:
            file.truncate(len(whole) + 1 if whole else 0)
    records = [json.loads(line) for line in whole.splitlines()]
    return {record['file']: record for record in records}


def _row(item: dict, record: dict | None, limits: Limits) -> dict:
    """A file's row of the table; ``record`` is None where there is no file."""
    probe = MediaProbe()
    if record is None:
        status, probe.detail = 'missing', 'does not exist'
    elif 'probe' in record:
        probe = MediaProbe(**record['probe'])
        status = judge(probe, limits)
    else:
        status = 'unreadable' if record['kind'] == 'error' else 'crashed'
        probe.detail = record['failure']
    label = dict(label=item['label']) if item['label'] >= 0 else {}
    return dict(file=item['relpath'], **label, status=status, **asdict(probe))


def _write_results(out: Path, rows: Sequence[dict], limits: Limits) -> dict:
    usable = [row for row in rows if row['status'] == 'ok']
    label = ['label'] if any('label' in row for row in rows) else []
    names = ['file', *label, 'status', *asdict(MediaProbe())]
    for path, chosen in ((out / ALL_TABLE, rows), (out / USABLE_TABLE, usable)):
        with whole_file(path) as part, part.open('w', encoding='utf-8', newline='') as file:
            table = csv.DictWriter(file, names)
            table.writeheader()
            for row in chosen:
                table.writerow({name: _cell(name, value) for name, value in row.items()})
    counts = Counter(row['status'] for row in rows)
    report = dict(
        files=len(rows),
        verdicts={name: counts[name] for name in VERDICTS},
        usable_hours=sum(row['duration'] for row in usable) / 3600,
        late_audio=sum(abs(row['offset'] or 0) > 0.04 for row in usable),
        with_holes=sum((row['hole'] or 0) > 0.01 for row in usable),
        limits=vars(limits),
    )
    write_whole(json.dumps(report, indent=1) + '\n', out / REPORT)
    return report


def _cell(name: str, value):
    if isinstance(value, bool):
        return int(value)
    return round(value, _DECIMALS.get(name, 4)) if isinstance(value, float) else value
