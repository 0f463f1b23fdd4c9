#!/bin/sh
# Writes the WORDs of the NEON kernels: the instructions that Go's assembler
# lacks, each encoded by asm2plan9s from the comment of its line.
#
# The tool's arm64 build runs under qemu where this machine is no arm64. It asks
# yasm before it asks as, and yasm would take some of the comments for x86: so
# its PATH is a folder that holds binutils' arm64 assembler and nothing else.
set -eu
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -o "$tools/asm2plan9s" github.com/minio/asm2plan9s

if [ "$(uname -sm)" = 'Linux aarch64' ]; then
  assembler=$(command -v as)
  emulator=
else
  assembler=$(command -v aarch64-linux-gnu-as) || { echo "$0: aarch64-linux-gnu-as is missing: install binutils-aarch64-linux-gnu" >&2; exit 1; }
  emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || { echo "$0: qemu-aarch64 is missing: install qemu-user-static" >&2; exit 1; }
fi
mkdir "$tools/path"
ln -s "$assembler" "$tools/path/as"
for file in *_neon_arm64.s; do
  PATH="$tools/path" $emulator "$tools/asm2plan9s" "$file"
done
