"""Memory of this process, as Linux counts it."""

from __future__ import annotations

import gc
from pathlib import Path

_MIB_PER_KIB = 1 / 1024


def memory_mib(process: str | int = 'self') -> dict[str, float]:
    """How much memory a process uses now.

    Args:
        process (str or int): Process id. Defaults to ``'self'``.

    Returns:
        dict[str, float]: In MiB: ``resident`` (all that lies in memory, what other processes share
        included), ``private`` (what no other process shares) and ``peak`` (the largest
        ``resident`` so far).
    """
    folder = Path('/proc', str(process))
    sizes = _read_sizes(folder / 'smaps_rollup')
    peak = _read_sizes(folder / 'status')['VmHWM']
    private = sizes['Private_Clean'] + sizes['Private_Dirty']
    return {
        'resident': sizes['Rss'] * _MIB_PER_KIB,
        'private': private * _MIB_PER_KIB,
        'peak': max(peak, sizes['Rss']) * _MIB_PER_KIB,
    }


def _read_sizes(path: Path) -> dict[str, int]:
    """Lines such as ``Rss:   123 kB``, as KiB by name."""
    sizes = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(':')
        if value.endswith(' kB'):
            sizes[name] = int(value.split()[0])
    return sizes


class WithMemory:
    """A dataset whose samples are replaced by the memory of the process that loaded them.

    Each item is loaded in full and then dropped, so what is measured is what a loader worker keeps.

    Args:
        dataset (Dataset): A map-style dataset.
        length (int): How many items to serve; the dataset is gone through again and again.
    """

    def __init__(self, dataset, length: int) -> None:
        self.dataset = dataset
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, float]:
        sample = self.dataset[index % len(self.dataset)]
        del sample
        return memory_mib()


class AnnotationReader:
    """Reads every annotation of a dataset in a worker and says what that cost.

    Args:
        dataset (AudioVisualDataset): A built dataset; its pipeline is not run.
    """

    def __init__(self, dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> dict[str, float]:
        # A process just forked shares all it has; what the collector moves is not the annotations'.
        gc.collect()
        before = memory_mib()['private']
        for position in range(len(self.dataset)):
            self.dataset.get_data_info(position)
        return dict(private=memory_mib()['private'] - before)


def relative_growth(values: list[float], warm_up: int, window: int = 50) -> float:
    """Growth from the end of the warm-up to the end, as a share of the former.

    Means over ``window`` values are compared, so that one sample in flight does not decide.

    Args:
        values (list[float]): One value a sample.
        warm_up (int): Samples that do not count; caches fill in them.
        window (int): How many values are averaged at either end. Defaults to 50.

    Returns:
        float: 0.05 for 5 percent more.

    Raises:
        ValueError: If there are not more than ``warm_up + window`` values.
    """
    window = min(window, warm_up)
    if window < 1 or len(values) < warm_up + window:
        raise ValueError(
            f'{len(values)} samples are too few for a warm-up of {warm_up} and means over {window}.'
        )
    begin = sum(values[warm_up - window : warm_up]) / window
    end = sum(values[-window:]) / window
    return end / begin - 1
