#!/bin/sh
# What `cargo run` does with an image: flashes it by a debug probe and shows the log, or writes it as a UF2 file, which is
# copied onto the board's drive.
#
#   cargo run --release [-- --uf2]
set -eu
image=$1
shift
case $image in
    *thumbv8m*) chip=RP235x ;;
    *) chip=RP2040 ;;
esac

need() {
    command -v "$1" >/dev/null && return
    echo "flash.sh: $1 is not installed; run: cargo install $2" >&2
    exit 1
}

if [ "${1-}" = --uf2 ]; then
    if [ "$chip" != RP2040 ]; then
        # The boot ROM of the RP2350 refuses files that are marked for another chip.
        echo "flash.sh: elf2uf2-rs writes for the RP2040 only; run: picotool uf2 convert '$image' -t elf '$image.uf2'" >&2
        exit 1
    fi
    need elf2uf2-rs elf2uf2-rs
    elf2uf2-rs "$image" "$image.uf2"
    echo "Hold BOOTSEL while you plug the board in, then copy $image.uf2 onto its drive."
else
    need probe-rs probe-rs-tools
    exec probe-rs run --chip "$chip" "$image" "$@"
fi
