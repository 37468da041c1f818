"""Flickr-SoundNet: boxes by three annotators each."""

from pathlib import Path
from xml.etree import ElementTree

from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError, DataNotFoundError

from .boxed_clips import BoxedClipsDataset, read_names

#: Side of the frames in which the boxes were drawn, px.
ANNOTATED_SIZE = 256
_CORNERS = ('xmin', 'ymin', 'xmax', 'ymax')


def read_flickr_boxes(xml_file: str | Path) -> list[list[float]]:
    """Boxes (x0, y0, x1, y1) of all annotators of one frame, as fractions.

    The file has elements ``bbox`` at any depth, with ``xmin``, ``ymin``, ``xmax`` and ``ymax``, or
    with those four as the last of their children, px of 256.

    Raises:
        ConfigError: If the file is no XML, or a box has no four numbers.
    """
    try:
        root = ElementTree.parse(xml_file).getroot()
    except ElementTree.ParseError as error:
        raise ConfigError(f'{xml_file}: this annotation is no XML ({error}).') from error
    boxes = []
    for element in root.iter('bbox'):
        named = [element.findtext(corner) for corner in _CORNERS]
        texts = named if None not in named else [child.text for child in element][-4:]
        try:
            x0, y0, x1, y1 = (float(text) / ANNOTATED_SIZE for text in texts)
        except (TypeError, ValueError) as error:
            raise ConfigError(f'{xml_file}: a bbox holds {texts}, not four numbers.') from error
        boxes.append([x0, y0, x1, y1])
    return boxes


@DATASETS.register_module()
class FlickrSoundNetDataset(BoxedClipsDataset):
    """The annotated part of Flickr-SoundNet (Senocak et al., CVPR 2018).

    250 frames nominally; ``test_list`` names those of a common list (249 in the usual one). The
    ground truth is the consensus of the annotators: 1 where two of them agree, half where one drew.
    ``ann_file`` is the folder of the XML files, one a clip.

    Args:
        test_list (str, optional): File with a clip's name at the beginning of each line, up to a
            comma; within ``data_root`` unless absolute. Defaults to None, every XML file.
        **kwargs: See :class:`BoxedClipsDataset`.
    """

    ANN_FILE = 'Annotations'
    ANNOTATION_IS_FOLDER = True

    def __init__(self, test_list: str | None = None, **kwargs) -> None:
        self.test_list = test_list
        super().__init__(**kwargs)

    def read_annotation(self, ann_file: Path, root: Path) -> list[dict]:
        """Boxes of each clip, ``annotators`` being 2."""
        if self.test_list is None:
            names = sorted(path.stem for path in ann_file.glob('*.xml'))
        else:
            names = read_names(root / self.test_list)
        if not names:
            raise ConfigError(f'{ann_file}: there is no XML file in this folder.')
        items = []
        for name in names:
            path = ann_file / f'{name}.xml'
            if not path.is_file():
                raise DataNotFoundError(f'{path}: this annotation, named in the list, is absent.')
            items.append(dict(name=name, boxes=read_flickr_boxes(path), annotators=2))
        return items
