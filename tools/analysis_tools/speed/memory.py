"""Memory of data loading: of a process over many samples, and of a long list of videos."""

import gc
import random
import string
import time
from collections.abc import Callable
from pathlib import Path

from .timing import Row

#: Samples at the beginning that do not count: caches fill in them.
WARM_UP = 200
#: Kinds of lists, and the suffix of their files.
LISTS = {'paths': '.txt', 'paths and labels': '.txt', 'table of 8 columns': '.csv'}


def memory_mib() -> dict[str, float]:
    """Memory of this process, as Linux counts it, MiB.

    ``resident`` is all that lies in memory, what other processes share included, ``private`` what
    no other process shares, and ``peak`` the largest ``resident`` so far.
    """
    sizes = {}
    for file in ('smaps_rollup', 'status'):
        for line in Path('/proc/self', file).read_text().splitlines():
            name, _, value = line.partition(':')
            if value.endswith(' kB'):
                sizes[name] = int(value.split()[0]) / 1024
    private = sizes['Private_Clean'] + sizes['Private_Dirty']
    return dict(resident=sizes['Rss'], private=private, peak=max(sizes['VmHWM'], sizes['Rss']))


def watch_memory(load: Callable[[int], object], num_samples: int, every: int = 50) -> list[float]:
    """Load samples by their numbers; resident memory (MiB) after each ``every`` of them."""
    seen = []
    for number in range(1, num_samples + 1):
        load(number)
        if number % every == 0:
            seen.append(memory_mib()['resident'])
    return seen


def memory_rows(name: str, seen: list[float], every: int = 50) -> list[Row]:
    """The table's rows of one loader: memory after the warm-up, at the end, and the growth."""
    after_warm_up = seen[min(WARM_UP // every, len(seen)) - 1]
    growth = seen[-1] / after_warm_up - 1
    return [
        Row(f'{name}: resident after {WARM_UP} samples', after_warm_up, 'MiB'),
        Row(f'{name}: resident after {len(seen) * every} samples', seen[-1], 'MiB'),
        Row(f'{name}: growth', growth, 'of that', '<= 0.05'),
    ]


def write_list(kind: str, path: Path, lines: int) -> None:
    """A list as long as asked, of names as AudioSet's files have them."""
    rng = random.Random(0)
    letters = string.ascii_letters + string.digits + '_'
    with path.open('w') as file:
        if path.suffix == '.csv':
            file.write('file,status,duration,width,height,fps,offset,level\n')
        for _ in range(lines):
            name = ''.join(rng.choices(letters, k=11))
            video = f'unbalanced_train/{name[:2]}/{name}_{rng.randrange(500) * 1000}.mp4'
            if path.suffix == '.csv':
                length, level = rng.uniform(9.9, 10.1), rng.uniform(-60, -10)
                video += f',ok,{length:.3f},340,256,29.97,{rng.uniform(0, 0.1):.3f},{level:.1f}'
            elif kind == 'paths and labels':
                video += f' {rng.randrange(527)}'
            file.write(video + '\n')


def list_rows(kind: str, path: Path) -> list[Row]:
    """Build a data set of a list; in a process of its own, as a peak is that of its whole life."""
    from torch.utils.data import DataLoader

    from mmav_coattn.datasets import AudioVisualDataset

    before, began = memory_mib()['resident'], time.perf_counter()
    dataset = AudioVisualDataset(ann_file=str(path), data_root=str(path.parent))
    seconds, after = time.perf_counter() - began, memory_mib()
    (added,) = DataLoader(AnnotationReader(dataset), batch_size=None, num_workers=1)
    what = f'{len(dataset):,} lines, {kind}'
    return [
        Row(f'{what}: built', seconds, 's', '<= 3'),
        Row(f'{what}: peak', after['peak'] - before, 'MiB', '<= 190'),
        Row(f'{what}: kept', after['resident'] - before, 'MiB'),
        Row(f'{what}: a worker that reads all adds', added, 'MiB'),
    ]


class AnnotationReader:
    """Reads every annotation of a dataset in a worker; its one sample is what that cost, MiB."""

    def __init__(self, dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> float:
        # A process just forked shares all it has; what the collector moves is not the annotations'.
        gc.collect()
        before = memory_mib()['private']
        for position in range(len(self.dataset)):
            self.dataset.get_data_info(position)
        return memory_mib()['private'] - before
