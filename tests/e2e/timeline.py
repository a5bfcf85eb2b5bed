#!/usr/bin/env python3
"""Judge a timeline (JSON of /api/v1/timeline?by=region,isp on standard input).

  timeline.py count --state S --at-least N            every ISP x province has N buckets in state S
  timeline.py check --truth LOG --from T --until T    every bucket that lies wholly inside one state of the
        --step S --settle S --visit S                 censor's log shows the state that follows from it
        [--need STATE=N]...

check skips a bucket when its cell changed less than --settle seconds before it or during it, or less than --visit
seconds after it: a measurement belongs to the bucket it began in, and its last steps saw the change. --need says how many
buckets of a published state must have been compared, so that an empty timeline can't pass. Exit 1 with a line
for each bucket that is wrong. Standard library only.
"""
import argparse
import collections
import datetime
import json
import sys

import truth


def seconds(value):
    if isinstance(value, (int, float)):
        return value / 1000 if value > 1e11 else value
    return datetime.datetime.fromisoformat(value.replace('Z', '+00:00')).timestamp()


def read_rows():
    """(cell, start) -> state, a cell named as in the truth log"""
    text = sys.stdin.read()
    try:
        document = json.loads(text)
    except ValueError:
        sys.exit('not JSON: ' + text[:300])
    if 'rows' not in document:
        sys.exit('no timeline: ' + text[:300])
    rows = {}
    for row in document['rows']:
        key = '%s %s' % (row['isp'], row['region']), seconds(row['start'])
        if key in rows:
            sys.exit('two rows for %s at %d' % key)
        rows[key] = row['state']
    return rows


def count(options):
    found = collections.Counter()
    rows = read_rows()
    for (cell, _), state in rows.items():
        found[cell] += state == options.state
    if not found:
        sys.exit('no rows')
    for cell, n in sorted(found.items()):
        print(cell, n, options.state, '| all:', ' '.join(s for (c, _), s in sorted(rows.items()) if c == cell))
    return min(found.values()) >= options.at_least


def check(options):
    rows, spans_of = read_rows(), truth.read(options.truth)
    compared, wrong = collections.Counter(), 0
    for cell, spans in sorted(spans_of.items()):
        for begin, end, censor_state in spans:
            expected = truth.published(censor_state)
            start = options.first - options.first % options.step
            while start + options.step <= options.until:
                inside = max(begin, options.first) + options.settle <= start and start + options.step <= end - options.visit
                if inside:
                    got = rows.get((cell, start), 'missing')
                    compared[expected[0]] += 1
                    if got not in expected:
                        wrong += 1
                        print('%s %s: %s, but the censor did %s: %s' % (
                            datetime.datetime.fromtimestamp(start).strftime('%H:%M:%S'), cell, got,
                            censor_state, ' or '.join(expected)))
                start += options.step
    print('compared:', dict(compared), 'wrong:', wrong)
    for need in options.need:
        state, least = need.split('=')
        if compared[state] < int(least):
            print('only %d buckets of %s could be compared, want %s' % (compared[state], state, least))
            wrong += 1
    return wrong == 0


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest='command', required=True)
    command = commands.add_parser('count')
    command.add_argument('--state', required=True)
    command.add_argument('--at-least', type=int, required=True)
    command = commands.add_parser('check')
    command.add_argument('--truth', required=True)
    command.add_argument('--from', dest='first', type=float, required=True)
    command.add_argument('--until', type=float, required=True)
    command.add_argument('--step', type=int, required=True)
    command.add_argument('--settle', type=float, required=True)
    command.add_argument('--visit', type=float, required=True)
    command.add_argument('--need', action='append', default=[])
    options = parser.parse_args()
    sys.exit(not {'count': count, 'check': check}[options.command](options))


main()
