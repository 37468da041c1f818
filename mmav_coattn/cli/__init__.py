"""The console command ``mmav-coattn``: a module of this folder for each subcommand.

A subcommand's module has a docstring, which becomes its help, ``add_arguments(parser)`` and
``run(args)``, which returns an exit code or None. Nothing heavy is imported before the arguments
are parsed. ``tools/COMMAND.py`` is the same as ``mmav-coattn COMMAND``.
"""

import argparse
import sys
from importlib import import_module

#: All subcommands, each with an example for its help; the other modules of this folder are shared.
COMMANDS = {
    'sync': 'mmav-coattn sync in.mp4 --fix fixed.mp4',
    'score': 'mmav-coattn score clips/ --csv scores.csv --keep keep.txt',
    'localize': 'mmav-coattn localize in.mp4 -o out.mp4',
    'extract': 'mmav-coattn extract clips/ "more/**/*.mp4" -o features.npz',
    'export': 'mmav-coattn export -o coattn.onnx --network work_dirs/demo/epoch_9.pth',
    'page': 'mmav-coattn page --port 7860',
    'train': 'mmav-coattn train configs/coattn_pretrain_folder.py '
    '--cfg-options data_root=/path/to/videos',
    'test': 'mmav-coattn test CONFIG CHECKPOINT --show-dir work_dirs/images',
}


def main(arguments: list[str] | None = None) -> None:
    """Entry point of ``mmav-coattn``; ends the process with the command's exit code."""
    parser = argparse.ArgumentParser(
        prog='mmav-coattn',
        description='Where is the sound, and is it in sync?',
        epilog=f'example:\n  {COMMANDS["sync"]}',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
    for name in COMMANDS:
        module = import_module(f'{__name__}.{name}')
        _add_arguments(subparsers.add_parser(name, help=module.__doc__.splitlines()[0]), name)
    _run(parser.parse_args(arguments))


def run_command(name: str, arguments: list[str] | None = None) -> None:
    """What ``tools/NAME.py`` does: the one subcommand, without its name before its arguments."""
    parser = argparse.ArgumentParser()
    _add_arguments(parser, name)
    args = parser.parse_args(arguments)
    args.command = name
    _run(args)


def _add_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    """The subcommand's help, example and arguments."""
    module = import_module(f'{__name__}.{name}')
    parser.description = module.__doc__
    parser.epilog = f'example:\n  {COMMANDS[name]}'
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    module.add_arguments(parser)


def _run(args: argparse.Namespace) -> None:
    import mmav_coattn
    from mmav_coattn.errors import MissingDependencyError

    try:
        mmav_coattn.register()
    except MissingDependencyError as error:
        sys.exit(f'error: {error}')
    from mmav_coattn.cli.run_tool import run_tool

    if sys.stdout.errors == 'strict':  # a file's name may be no text
        sys.stdout.reconfigure(errors='backslashreplace')
    run_tool(lambda: sys.exit(import_module(f'{__name__}.{args.command}').run(args)))
