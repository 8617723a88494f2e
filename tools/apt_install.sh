#!/bin/sh
# Usage: apt_install.sh PACKAGE REASON. Installs where that needs no question (root, with apt-get);
# otherwise says in one line what to install, and fails.
set -u
package=$1
reason=$2

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "$reason: installing $package with apt-get."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null &&
        apt-get install -y -qq --no-install-recommends "$package" >/dev/null && exit 0
    echo "$reason: apt-get could not install $package; install it by hand, then repeat." >&2
    exit 1
fi
echo "$reason: install $package (Debian, Ubuntu: sudo apt-get install $package), then repeat." >&2
exit 1
