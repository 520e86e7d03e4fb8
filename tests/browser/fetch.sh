# SPDX-License-Identifier: ISC
# shellcheck shell=sh
#
# What the tests need from npm, by the lock file's hashes; no script of theirs runs.

if ! cmp -s package-lock.json node_modules/.fetched; then
	npm ci --ignore-scripts --no-audit --no-fund --silent
	cp package-lock.json node_modules/.fetched
fi
