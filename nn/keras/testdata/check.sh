#!/usr/bin/env bash
# Has the real Keras, on TensorFlow and on JAX, load what Weft writes, and Weft read
# what Keras saves of it again. Needs Python 3.11 or later with pip; the folder of the
# packages, 2 GB, is the argument or a temporary one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
venv=${1:-$work/venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q -r "$here/requirements.txt"
fi
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
test() { (cd "$here/../internal/archive" && go test -count=1 -run '^TestKeras$' .); }
mkdir "$work/written"
WEFT_KERAS_OUT=$work/written test
for backend in tensorflow jax; do
  mkdir "$work/$backend"
  KERAS_BACKEND=$backend "$venv/bin/python" "$here/check_keras.py" "$work/written" "$work/$backend"
  WEFT_KERAS_BACK=$work/$backend test
done
