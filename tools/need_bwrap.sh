#!/bin/sh
# Students' code is only ever run inside bubblewrap.
set -u
if [ "$(uname -s)" != Linux ]; then
    echo "Grading needs Linux, for its sandbox (bubblewrap); 'make lab' works here too." >&2
    exit 1
fi
if ! command -v bwrap >/dev/null 2>&1; then
    sh "$(dirname "$0")/apt_install.sh" bubblewrap "The sandbox needs bwrap" || exit 1
fi
# Containers and Ubuntu 24.04 may have it and still forbid what it does.
if ! bwrap --ro-bind / / --unshare-all -- true 2>/dev/null; then
    echo "bwrap may not create namespaces here: in a container start it with the rights to, on" \
        "Ubuntu 24.04 run sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0." >&2
    exit 1
fi
