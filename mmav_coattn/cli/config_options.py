"""The argument ``--cfg-options`` of mmengine, without mmengine until it is used."""

from __future__ import annotations

import argparse


class ConfigOptions(argparse.Action):
    """:class:`mmengine.config.DictAction`, imported where the option is given."""

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        from mmengine.config import DictAction

        action = DictAction(self.option_strings, self.dest, nargs=self.nargs)
        action(parser, namespace, values, option_string)


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--cfg-options``."""
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=ConfigOptions,
        help='change settings, as key.subkey=value; data_root=FOLDER reaches every dataset',
    )
