"""The console command ``mmav-coattn``: a module of this folder for each subcommand.

A subcommand's module has a docstring, which becomes its help, ``add_arguments(parser)`` and
``run(args)``, which returns an exit code or None. ``tools/COMMAND.py`` is the same as
``mmav-coattn COMMAND``.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

#: Names of all subcommands; the other modules of this folder are shared by them.
COMMANDS = ('sync', 'score', 'localize', 'extract', 'export', 'page', 'train', 'test')


def main(arguments: list[str] | None = None) -> None:
    """Entry point of ``mmav-coattn``; ends the process with the command's exit code."""
    parser = argparse.ArgumentParser(
        prog='mmav-coattn', description='Where is the sound, and is it in sync?'
    )
    subparsers = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
    for name in COMMANDS:
        module = import_module(f'{__name__}.{name}')
        summary = module.__doc__.splitlines()[0]
        subparser = subparsers.add_parser(name, help=summary, description=module.__doc__)
        subparser.formatter_class = argparse.RawDescriptionHelpFormatter
        module.add_arguments(subparser)
    _run(parser.parse_args(arguments))


def run_command(name: str, arguments: list[str] | None = None) -> None:
    """What ``tools/NAME.py`` does: the one subcommand, without its name before its arguments."""
    module = import_module(f'{__name__}.{name}')
    parser = argparse.ArgumentParser(
        description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    module.add_arguments(parser)
    args = parser.parse_args(arguments)
    args.command = name
    _run(args)


def _run(args: argparse.Namespace) -> None:
    from mmav_coattn.cli.run_tool import run_tool

    run_tool(lambda: sys.exit(import_module(f'{__name__}.{args.command}').run(args)))
