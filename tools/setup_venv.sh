#!/bin/sh
# Creates .venv with the first Python of 3.11 or later and installs the versions of constraints.txt.
set -u
cd "$(dirname "$0")/.." || exit 1

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# A candidate is run, not looked up: a version manager's python3.11 may be there and not work.
find_python() {
    for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13}; do
        if is_recent "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    echo "No Python 3.11 or later (tried: ${PYTHON:-python3.11, python3, python3.12, python3.13});" \
        "install python3.11 or name one: make PYTHON=/path/to/python3.11" >&2
    return 1
}

# Debian keeps ensurepip, without which venv stops half-way, in a package of its own.
make_venv() {
    if ! "$1" -c 'import ensurepip' 2>/dev/null; then
        version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        sh tools/apt_install.sh "python$version-venv" "$1 cannot make virtual environments" ||
            return 1
    fi
    "$1" -m venv --clear .venv && return 0
    echo "'$1 -m venv .venv' failed, for the reason above; put that right, then repeat." >&2
    return 1
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python) || exit 1
    make_venv "$python" || exit 1
fi
is_recent .venv/bin/python || {
    echo ".venv has a Python older than 3.11: delete it (rm -r .venv), then repeat." >&2
    exit 1
}

echo "Installing into .venv: the first time this takes 2 to 10 minutes and 6 GB, most of it PyTorch."
# Large wheels on slow networks: wait longer and try more often than pip would by itself.
.venv/bin/python -m pip install --disable-pip-version-check --no-input --quiet \
    --timeout 120 --retries 10 \
    --constraint constraints.txt --editable '.[students,instructors,dev]' && exit 0
echo "The installation failed, for the reason above. 'make setup' goes on from here." >&2
exit 1
