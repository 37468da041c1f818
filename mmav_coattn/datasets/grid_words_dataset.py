"""Sentences of GRID, labelled with one of their words."""

from pathlib import PurePosixPath

from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError

from .audio_visual_dataset import AudioVisualDataset

#: Words of GRID's sentences by the letter of the file name, in their order.
GRID_WORDS = dict(
    command=dict(b='bin', l='lay', p='place', s='set'),
    colour=dict(b='blue', g='green', r='red', w='white'),
    preposition=dict(a='at', b='by', i='in', w='with'),
    letter={letter: letter for letter in 'abcdefghijklmnopqrstuvxyz'},
    digit={'z': '0', **{digit: digit for digit in '123456789'}},
    adverb=dict(a='again', n='now', p='please', s='soon'),
)


def grid_columns(stem: str) -> dict[str, str] | None:
    """Words of a GRID sentence from its six-letter name, or None if it is no such name."""
    if len(stem) != len(GRID_WORDS):
        return None
    pairs = zip(stem.lower(), GRID_WORDS.items(), strict=True)
    words = {name: known.get(letter) for letter, (name, known) in pairs}
    return None if None in words.values() else words


@DATASETS.register_module()
class GridWordsDataset(AudioVisualDataset):
    """GRID (Cooke et al. 2006), one word of each sentence as its class.

    The six letters of a file's name are the sentence: ``bbaf2n`` is "bin blue at f two now". The
    classes are the words in alphabetical order of their letters.

    Args:
        word (str): ``'command'``, ``'colour'``, ``'preposition'``, ``'letter'``, ``'digit'`` or
            ``'adverb'``.
        **kwargs: Arguments of :class:`AudioVisualDataset`.

    Raises:
        ConfigError: If there is no such word, or a file's name is no sentence.
    """

    def __init__(self, word: str = 'command', **kwargs) -> None:
        if word not in GRID_WORDS:
            raise ConfigError(f'word={word!r} is unknown; choose one of {", ".join(GRID_WORDS)}.')
        self.word = word
        super().__init__(metainfo=dict(classes=tuple(GRID_WORDS[word].values())), **kwargs)

    def load_data_list(self) -> list[dict]:
        """As the base class, with the word's number as ``label``."""
        numbers = {name: number for number, name in enumerate(GRID_WORDS[self.word].values())}
        items = super().load_data_list()
        for item in items:
            words = grid_columns(PurePosixPath(item['relpath']).stem)
            if words is None:
                raise ConfigError(
                    f'{item["relpath"]}: its name is no sentence of GRID, six letters such as '
                    f'bbaf2n{self._named_where(item)}.'
                )
            item['label'] = numbers[words[self.word]]
        return items
