#!/bin/sh
# Run the first Python that works and is new enough to start with: sh tools/python.sh -m tools.run
# A name on PATH proves nothing (a pyenv shim may answer "command not found"), so each is tried.
for python in python3 python3.12 python3.13 python3.11 python3.10 python; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1; then
    exec "$python" "$@"
  fi
done
if command -v uv >/dev/null 2>&1; then
  exec uv run --quiet --no-project --python 3.12 python "$@"
fi
echo "xiaoxun: no Python 3.8 or newer was found: install Python 3.12 (or uv, which fetches it) and start again." >&2
exit 1
