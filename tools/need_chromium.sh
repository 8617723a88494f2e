#!/bin/sh
# The browser tests drive the system's Chromium; Playwright's own would be a download of its own.
set -u
for program in chromium chromium-browser google-chrome; do
    command -v "$program" >/dev/null 2>&1 && exit 0
done
sh "$(dirname "$0")/apt_install.sh" chromium "The browser tests need Chromium"
