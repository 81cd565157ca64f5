#!/usr/bin/env bash
# Makes the virtual environment VENV with everything locked in it. Uses uv where it is present, else venv and pip.
# usage: python.sh VENV [PYTHON [LOCK]]   LOCK: of a tool that lives apart; by default the project and its developers' locks
set -euo pipefail
venv=$1
locks=(-r requirements.txt -r requirements-dev.txt)
[ -z "${3:-}" ] || locks=(-r "$3")
supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

python=${2:-}
if [ -z "$python" ]; then
  for candidate in python3 python3.13 python3.12 python3.11; do
    # A name on PATH may be a shim for a version that is not there: it must run.
    if "$candidate" -c "$supported" 2>/dev/null; then python=$candidate && break; fi
  done
fi
if [ -z "$python" ] || ! "$python" -c "$supported" 2>/dev/null; then
  echo "Python 3.11, 3.12 or 3.13 is needed; found: $("${python:-python3}" --version 2>&1 || true)." >&2
  echo "  Install one, or name it: make PYTHON=/path/to/python3.12 …" >&2
  exit 2
fi

echo "Setting up $venv with $("$python" --version) (once; usually under a minute)." >&2
rm -rf "$venv"
if command -v uv >/dev/null 2>&1; then
  # Seeded with pip, which the official language host calls.
  uv venv --quiet --seed --python "$("$python" -c 'import sys; print(sys.executable)')" "$venv"
  uv pip install --quiet --python "$venv/bin/python" --require-hashes "${locks[@]}"
else
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes \
    "${locks[@]}"
fi
# The project itself, from this tree; what builds it is in the lock, so nothing more is fetched.
[ -n "${3:-}" ] || "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
# Compiled once here, not at each start of a program, a pack and two providers: it halves a small preview.
"$venv/bin/python" -m compileall -q -j 0 "$venv/lib" || true
touch "$venv/.ready"
