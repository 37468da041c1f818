"""The console command: its subcommands, its help, and that it answers at once."""

import subprocess
import sys

import pytest

from mmav_coattn import cli

#: As the installed script does it, then what was imported and what is registered.
SCRIPT = """
import sys
sys.argv = ['/env/bin/mmav-coattn', *sys.argv[1:]]
from mmav_coattn.cli import main
heavy = ('torch', 'mmengine', 'mmaction', 'numpy')
assert not set(heavy) & set(sys.modules), 'the import is heavy'
try:
    main()
finally:
    print('imported:', *(name for name in heavy if name in sys.modules))
    if 'mmaction' in sys.modules:
        from mmaction.registry import MODELS
        print('neck:', MODELS.get('CoAttentionNeck').__module__)
"""


def start(*arguments):
    return subprocess.run(
        [sys.executable, '-c', SCRIPT, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize('command', [None, *cli.COMMANDS])
def test_help_has_an_example_and_imports_nothing_heavy(command):
    done = start(*([command] if command else []), '--help')
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == 'imported:'
    assert command or all(name in done.stdout for name in cli.COMMANDS)
    example = done.stdout.partition('\nexample:\n  ')[2].splitlines()[0]
    assert example.startswith(f'mmav-coattn {command or "sync"} ')


def test_a_command_with_work_to_do_registers_everything():
    done = start('sync', 'gone.mp4')
    assert done.returncode == 1
    assert 'error: gone.mp4: there is no such file or folder.' in done.stderr
    assert done.stdout.splitlines()[-1] == 'neck: mmav_coattn.models.necks.co_attention_neck'


def test_examples_are_valid_arguments(monkeypatch):
    parsed = {}
    monkeypatch.setattr(cli, '_run', lambda args: parsed.update({args.command: args}))
    for example in cli.COMMANDS.values():
        program, *arguments = example.replace('"', '').split()
        assert program == 'mmav-coattn'
        cli.main(arguments)
    assert list(parsed) == list(cli.COMMANDS)
    assert parsed['train'].cfg_options == dict(data_root='/path/to/videos')
