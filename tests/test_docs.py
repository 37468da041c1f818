"""Links of the documentation lead somewhere, and every page is in the navigation.

`make docs` also checks links to headings, and that the API reference can be built.
"""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *sorted(ROOT.glob('*.md')),
    *(page for folder in ("docs", "configs", "tools") for page in sorted(ROOT.glob(f"{folder}/**/*.md"))),
]  # fmt: skip


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_relative_links_lead_to_files_and_folders(page):
    targets = re.findall(r'\]\(([^)#\s]+)(?:#[^)]*)?\)', page.read_text(encoding='utf-8'))
    relative = [target for target in targets if '://' not in target]
    assert [target for target in relative if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_navigation_once():
    (nav,) = re.findall(r'^nav:\n(?:  .+\n)+', (ROOT / 'mkdocs.yml').read_text(), re.MULTILINE)
    named = [path for entry in yaml.safe_load(nav)['nav'] for path in entry.values()]
    assert sorted(named) == sorted(page.relative_to(ROOT).as_posix() for page in PAGES)
