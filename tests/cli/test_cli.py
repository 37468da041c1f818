import json
import subprocess
import sys

from mmav_coattn import cli

HEAVY = ('torch', 'mmengine', 'mmaction', 'numpy')
#: Help of each command, and what was imported, as the installed script does it.
HELP = f"""
import contextlib, io, json, sys
sys.argv = ['/env/bin/mmav-coattn']
from mmav_coattn import cli
said = {{}}
for name in ('', *cli.COMMANDS):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        cli.main([*name.split(), '--help'])
    said[name] = out.getvalue()
print(json.dumps([said, [name for name in {HEAVY} if name in sys.modules]]))
"""
#: A command with work to do, and what is registered and imported then.
WORK = """
import sys, warnings
sys.argv = ['/env/bin/mmav-coattn', *sys.argv[1:]]
from mmav_coattn.cli import main
try:
    main()
finally:
    from mmaction.registry import MODELS
    from mmav_coattn.config import load_config
    load_config('config.py')
    warnings.warn('pkg_resources is deprecated as an API. See ...')
    late = ('matplotlib', 'librosa', 'decord', 'numba', 'sklearn')
    print(MODELS.get('CoAttentionNeck').__module__, [x for x in late if x in sys.modules])
"""


def start(script, *arguments, **options):
    command = [sys.executable, '-W', 'always::UserWarning', '-c', script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_help_has_an_example_and_imports_nothing_heavy():
    done = start(HELP)
    assert done.returncode == 0, done.stderr
    said, imported = json.loads(done.stdout)
    assert imported == [] and all(name in said[''] for name in cli.COMMANDS)
    for name, text in said.items():
        example = text.partition('\nexample:\n  ')[2].splitlines()[0]
        assert example.startswith(f'mmav-coattn {name or "sync"} ')


def test_a_command_with_work_to_do_registers_everything_and_says_only_its_own(tmp_path):
    (tmp_path / 'config.py').write_text("_base_ = 'mmaction::_base_/default_runtime.py'")
    done = start(WORK, 'sync', 'gone.mp4', cwd=tmp_path)
    assert done.returncode == 1
    assert 'error: gone.mp4: there is no such file or folder.' in done.stderr
    # What only some commands need is imported later.
    assert done.stdout.splitlines()[-1] == 'mmav_coattn.models.necks.co_attention_neck []'
    # Python 3.12 and later complain of mmaction2's escape sequences when they first compile it.
    lines = [line for line in done.stderr.splitlines() if 'SyntaxWarning: ' not in line]
    said = [line.partition('UserWarning: ')[2] for line in lines if 'Warning: ' in line]
    # Other packages' warnings that loading hides are hidden there alone.
    assert said == ['pkg_resources is deprecated as an API. See ...']


def test_examples_are_valid_arguments(monkeypatch):
    parsed = {}
    monkeypatch.setattr(cli, '_run', lambda args: parsed.update({args.command: args}))
    for example in cli.COMMANDS.values():
        program, *arguments = example.replace('"', '').split()
        assert program == 'mmav-coattn'
        cli.main(arguments)
    assert list(parsed) == list(cli.COMMANDS)
    assert parsed['train'].cfg_options == dict(data_root='/path/to/videos')
