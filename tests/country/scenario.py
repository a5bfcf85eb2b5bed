#!/usr/bin/env python3
"""Play a timeline against the simulated country:  scenario.py FILE [--speed X]

FILE has one event a line:  SECONDS ISP PROVINCE STATE[+STATE...]   ("#" starts a comment; ISP and PROVINCE as
for censor.sh). --speed 10 plays ten seconds in one. The ground truth is in the censor's own log, truth.jsonl.
"""
import argparse
import os
import subprocess
import sys
import time

CENSOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'censor.sh')


def read_events(path):
    known = set(subprocess.check_output([CENSOR, 'states'], text=True).split())
    events = []
    with open(path) as f:
        for number, line in enumerate(f, 1):
            fields = line.split('#')[0].split()
            if not fields:
                continue
            if len(fields) != 4 or set(fields[3].split('+')) - known:
                sys.exit('%s:%d: want SECONDS ISP PROVINCE STATE[+STATE...]' % (path, number))
            events.append((float(fields[0]), *fields[1:]))
    if events != sorted(events, key=lambda e: e[0]):
        sys.exit('%s: time goes backwards' % path)
    return events


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('file')
    arguments.add_argument('--speed', type=float, default=1)
    options = arguments.parse_args()
    begin = time.monotonic()
    for at, isp, province, states in read_events(options.file):
        time.sleep(max(0, begin + at / options.speed - time.monotonic()))
        subprocess.run([CENSOR, 'set', isp, province, states], check=True)


main()
