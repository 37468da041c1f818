"""Preparing sets of many files: look at each, re-encode them, list them.

Data flow::

    files --scan--> files.csv, usable.csv, report --prepare--> small files
    official lists + files --lists--> annotation files

The command-line tools in ``tools/data/`` are thin wrappers of these functions.
"""
