#!/bin/bash
# Gradescope runs this once, as root, in the folder source/ of the unpacked zip file.
set -euo pipefail
cd "$(dirname "$0")"
export DEBIAN_FRONTEND=noninteractive

apt-get update
apt-get install -y bubblewrap
# Ubuntu 22.04 has 3.10 by default, and 3.11 beside it.
apt-get install -y python3.11 python3.11-venv || apt-get install -y python3 python3-venv

for python in python3.11 python3.12 python3.13 python3; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        "$python" -m venv ../environment
        ../environment/bin/python -m pip install --no-cache-dir -c constraints.txt ".[instructors]"
        exit 0
    fi
done
echo "There is no Python 3.11 or later: choose a newer base image in Gradescope." >&2
exit 1
