"""Say after each epoch which files could not be used in training."""

from collections import Counter

from mmaction.registry import HOOKS
from mmengine.dist import all_gather_object
from mmengine.hooks import Hook

MAX_NAMES = 10  #: How many different files are named.


@HOOKS.register_module()
class UnusableMediaReportHook(Hook):
    """Count the files that the data set skipped, and report them at the end of each epoch.

    :class:`~mmav_coattn.datasets.AudioVisualDataset` draws another file in place of one that
    cannot be used and notes that in the sample's meta information ``replaced``. This hook counts
    the notes per reason, over all processes, logs the counts with the first names and why, and
    writes the total of the epoch as scalar ``unusable_media`` into the runner's message hub.
    """

    def before_train_epoch(self, runner) -> None:
        self._counts: Counter = Counter()
        self._sentences: dict[str, str] = {}
        self._num_samples = 0

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        samples = data_batch.get('data_samples', ()) if isinstance(data_batch, dict) else ()
        for sample in samples:
            self._num_samples += 1
            for relpath, reason, sentence in sample.metainfo.get('replaced', ()):
                self._counts[reason] += 1
                if len(self._sentences) < MAX_NAMES:
                    self._sentences.setdefault(relpath, sentence)

    def after_train_epoch(self, runner) -> None:
        counts: Counter = Counter()
        sentences: dict[str, str] = {}
        num_samples = 0
        for part in all_gather_object((self._counts, self._sentences, self._num_samples)):
            counts += part[0]
            sentences = part[1] | sentences
            num_samples += part[2]
        total = sum(counts.values())
        runner.message_hub.update_scalar('unusable_media', total)
        if not total:
            return
        reasons = ', '.join(f'{count} {reason}' for reason, count in counts.most_common())
        lines = [
            # With the epoch's number, since mmengine's log drops a warning that it had before.
            f'Epoch {runner.epoch + 1}: {total} drawn files could not be used and others took '
            f'their place, for {num_samples} samples ({reasons}). The first of them:'
        ]
        lines += [f'  {sentence}' for sentence in list(sentences.values())[:MAX_NAMES]]
        runner.logger.warning('\n'.join(lines))
