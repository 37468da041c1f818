"""Links of the documentation lead somewhere, and every page is in the navigation.

`make docs` also checks links to headings, and that the API reference can be built.
"""

import re

import pytest
import yaml
from paths import ROOT

PATTERNS = ('*.md', 'mmav_coattn/weights/*.md', 'docs/**/*.md', 'configs/**/*.md', 'tools/**/*.md')
PAGES = sorted(page for pattern in PATTERNS for page in ROOT.glob(pattern))


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_relative_links_lead_to_files_and_folders(page):
    targets = re.findall(r'\]\(([^)#\s]+)(?:#[^)]*)?\)', page.read_text(encoding='utf-8'))
    relative = [target for target in targets if '://' not in target]
    assert [target for target in relative if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_navigation_once():
    (nav,) = re.findall(r'^nav:\n(?:  .+\n)+', (ROOT / 'mkdocs.yml').read_text(), re.MULTILINE)
    named = [path for entry in yaml.safe_load(nav)['nav'] for path in entry.values()]
    assert sorted(named) == sorted(page.relative_to(ROOT).as_posix() for page in PAGES)


@pytest.mark.parametrize('metafile', sorted(ROOT.glob('configs/**/metafile.yml')), ids=str)
def test_results_of_metafiles_are_those_of_the_readme(metafile):
    """The form is that of OpenMMLab's model index; figures have three decimals in the tables."""
    for model in yaml.safe_load(metafile.read_text())['Models']:
        for result in model.get('Results', ()):
            assert set(result) == {'Task', 'Dataset', 'Metrics'}
            readme = (metafile.parent / 'README.md').read_text(encoding='utf-8')
            for figure in result['Metrics'].values():
                assert f'{figure:.3f}' in readme, (model['Name'], figure)
