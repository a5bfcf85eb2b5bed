#!/usr/bin/env python3
"""What a million results cost the collector: processor time by part of the line, memory, and bytes on disk.

The measured process has CPU 0. `open` is libsodium, zstd and the decoder: what any collector of such batches has to pay before it knows
anything, and so the measure for all the rest. Every figure is of one run of some two million results.
"""
import json
import os
import subprocess

BIN = 'build/release'
WORK = '/run/bench'
PROBES, MINUTES = 3, 30
PARTS = {
    'open': 'unsealed, verified, decoded',
    'place': 'form and place',
    'archive': 'archived, one fsync for 32 batches',
    'fold': 'folded into cells',
    'judge': 'judged: pulses, detectors, rows, events',
    'all': 'all of it',
}


def row(name, unit, *figures):
    print(f'{name:<44}  {unit:<22}' + ''.join(f'{f:>12}' for f in figures))


def main():
    os.makedirs(WORK, exist_ok=True)
    out = subprocess.run(['taskset', '-c', '0', f'{BIN}/bench/bench_collector', WORK, str(PROBES), str(MINUTES)],
                         stdout=subprocess.PIPE, text=True, check=True)
    f = json.loads(out.stdout)
    seconds = 'CPU-s per 10^6 results'
    row('', '', 'in time', '6 h late')
    for part, what in PARTS.items():
        row(what, seconds, *(f'{f[when][part]:.2f}' for when in ('in time', 'late')))
    row('results', '', *(f'{f[when]["results"]:,}' for when in ('in time', 'late')))
    print()
    row('archive', 'bytes per result', f'{f["archive_bytes"]:.1f}')
    row('views', 'bytes per result', f'{f["store_bytes"]:.1f}')
    row('memory that grew', 'MiB', f'{f["grown_mib"]:.0f}')
    row('the same', 'MiB per 10^6 cells', f'{f["grown_mib"] / f["cells"] * 1e6:.0f}')
    row('memory at most', 'MiB', f'{f["peak_mib"]:.0f}')
    print(f'\n{f["leaves"]} networks in provinces, {PROBES} probes each, {MINUTES} minutes; a cell is a minute of one class there.')


main()
