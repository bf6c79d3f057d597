#!/bin/sh
# `make bench`: package sizes, cold starts, AWS calls, capacity, a rush, work on pictures. BENCH_ONLY=calls,cold,… selects.
python=${PYTHON:-python3}
command -v "$python" >/dev/null 2>&1 || {
    echo "✗ $python was not found. → Install Python 3.10 or newer, or name one: make bench PYTHON=/path/to/python3" >&2
    exit 1
}
exec "$python" "$(dirname "$0")/start.py" "$@"
