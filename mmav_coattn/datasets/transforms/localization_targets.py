"""What the map of a clip is compared with: which source is where, and when."""

from collections.abc import Sequence

from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError

from .base import Transform


@TRANSFORMS.register_module()
class LocalizationTargets(Transform):
    """Boxes of the sources in the frame as the network sees it, each with its time.

    One target for each mask inside the clip (they need the whole frame), for every event of a
    sounding object inside it, or for the one annotated frame. Put it after crops and flips.

    Required Keys:

    - objects, fps, window_starts, clip_seconds; or
    - masks: a dict of time (s, or None) and mask each, window_starts, clip_seconds; or
    - boxes: (x0, y0, x1, y1) each, as fractions of the frame, for the map of the whole clip;
      annotators (optional): how many must agree
    - has_source (optional): False where nothing in sight makes the audio
    - crop_quadruple, flip, flip_direction (optional)

    Added Keys:

    - localization_targets (list[dict]): ``time`` (s, or None: the clip's mean map), ``boxes`` (in
      fractions of the frame that the network sees), ``annotators`` and ``source`` (its number
      within the clip). Or, instead of boxes, ``mask``: a file or outlines.
    - has_source (bool)

    Raises:
        ConfigError: If it has neither objects, masks nor boxes, or masks were cropped or flipped.
    """

    def transform(self, results: dict) -> dict:
        results['has_source'] = bool(results.get('has_source', True))
        if not results['has_source']:
            targets = []
        elif 'objects' in results:
            targets = self._of_objects(results)
        elif 'masks' in results:
            targets = self._of_masks(results)
        elif 'boxes' in results:
            boxes, annotators = results['boxes'], results.get('annotators', 1)
            targets = [dict(time=None, boxes=boxes, annotators=annotators, source=0)]
        else:
            need = 'LocalizationTargets needs a data set that gives `objects`, `masks` or `boxes`'
            raise ConfigError(f'{results.get("relpath", "")}: {need}.')
        for target in targets:
            target['boxes'] = [_as_seen(box, results) for box in target['boxes']]
        return results | dict(localization_targets=targets)

    @staticmethod
    def _of_masks(results: dict) -> list[dict]:
        start, seconds = float(results['window_starts'][0]), results['clip_seconds']
        whole = tuple(results.get('crop_quadruple', (0, 0, 1, 1))) == (0, 0, 1, 1)
        if results.get('flip') or not whole:
            raise ConfigError(
                f'{results.get("relpath", "")}: masks are of the whole frame; take crops and flips '
                'out of the pipeline.'
            )
        return [
            dict(mask, boxes=[], annotators=1, source=0)
            for mask in results['masks']
            if mask['time'] is None or start <= mask['time'] < start + seconds
        ]

    @staticmethod
    def _of_objects(results: dict) -> list[dict]:
        start, seconds = float(results['window_starts'][0]), results['clip_seconds']
        targets = []
        for number, item in enumerate(results['objects']):
            for event in item['events']:
                # The frame nearest to the event, and its middle, so that its box meets its map.
                frame = min(round(event * results['fps']), len(item['boxes']) - 1)
                time = (frame + 0.5) / results['fps']
                if item['sounding'] and start <= time < start + seconds:
                    boxes = [item['boxes'][frame]]
                    targets.append(dict(time=time, boxes=boxes, annotators=1, source=number))
        return targets


def _as_seen(box: Sequence[float], results: dict) -> list[float]:
    """A box of the whole frame in fractions of what crops and flips left of it."""
    left, top, width, height = results.get('crop_quadruple', (0.0, 0.0, 1.0, 1.0))
    x0, y0, x1, y1 = box
    seen = [(x0 - left) / width, (y0 - top) / height, (x1 - left) / width, (y1 - top) / height]
    if results.get('flip') and results.get('flip_direction') == 'horizontal':
        seen[0], seen[2] = 1 - seen[2], 1 - seen[0]
    return [float(value) for value in seen]
