#!/bin/sh
# Writes what .venv holds to constraints.txt: versions only, so that any package index serves them.
set -eu
cd "$(dirname "$0")/.."
frozen=$(.venv/bin/python -m pip --disable-pip-version-check freeze --exclude-editable)
{
    echo "# Versions known to work together. Written by 'make constraints'; used by every install."
    # A package that pip knows by place and not by version cannot be pinned: left out.
    echo "$frozen" | grep -E '^[A-Za-z0-9._-]+==[^ ]+$'
} >constraints.txt
echo "constraints.txt: $(grep -c == constraints.txt) versions."
