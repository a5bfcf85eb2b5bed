#!/usr/bin/env python3
"""clients.py BASE: what programs that were written for IODA's and OONI's APIs do, with another host.

The first follows the class in which a published notebook keeps an IODA signal; the second is what OONI's own tests of its
aggregation expect; the third is OONI's documented way to read it as a table. Prints what is wrong; exit 1 if there is any.
"""
import csv
import datetime
import io
import json
import sys
import urllib.parse
import urllib.request

BASE = sys.argv[1]
IODA = BASE + '/compat/ioda/v2'  # was https://api.ioda.inetintel.cc.gatech.edu/v2
OONI = BASE + '/compat/ooni'  # was https://api.ooni.io
COUNTS = ['anomaly_count', 'confirmed_count', 'failure_count', 'measurement_count', 'ok_count']

wrong = []


def fetch(url, **parameters):
    with urllib.request.urlopen(url + '?' + urllib.parse.urlencode(parameters)) as answer:
        return answer.read().decode('utf-8')


def check(what, got, want):
    if got != want:
        wrong.append('%s: %r instead of %r' % (what, got, want))


class IODASignal:
    """A signal of IODA's as (time, value)"""

    def __init__(self, signal):
        self.entity_type = signal['entityType']
        self.entity_code = signal['entityCode']
        self.entity_name = signal['entityName']
        self.datasource = signal['datasource']
        self.points = []
        now = signal['from']
        for value in signal['values']:
            self.points.append((datetime.datetime.fromtimestamp(now, datetime.timezone.utc), value))
            now += signal['step']
        check('%s %s ends' % (self.entity_code, self.datasource), now, signal['until'])
        check('%s steps' % self.entity_code, signal['step'] % signal['nativeStep'], 0)


def ioda(until):
    day = {'from': until - 86400, 'until': until}
    answer = json.loads(fetch(IODA + '/signals/raw/country/IR', datasource='bgp', maxPoints=100, **day))
    check('error', answer['error'], None)
    signal = IODASignal(answer['data'][0][0])
    check('a country', (signal.entity_type, signal.entity_code, signal.datasource), ('country', 'IR', 'fanous-up'))
    check('points up to 100', 0 < len(signal.points) <= 100, True)
    check('shares', [v for _, v in signal.points if v is not None and not 0 <= v <= 1], [])
    for kind, least in (('country', 1), ('region', 31), ('asn', 5)):
        entities = json.loads(fetch(IODA + '/signals/raw/' + kind, **day))['data']
        check('%s: enough' % kind, len(entities) >= least, True)
        for entity in entities:
            check('%s: signals' % kind, [IODASignal(s).datasource for s in entity], ['fanous-up', 'fanous-probes'])


def ooni(until):
    week = {'probe_cc': 'IR', 'test_name': 'web_connectivity',
            'since': (until - datetime.timedelta(days=3)).isoformat(), 'until': until.isoformat()}
    url = OONI + '/api/v1/aggregation'
    answer = json.loads(fetch(url, **week))
    whole = answer['result']
    check('no axis', (answer['dimension_count'], sorted(whole)), (0, COUNTS))
    answer = json.loads(fetch(url, axis_x='measurement_start_day', **week))
    check('one axis', (answer['dimension_count'], len(answer['result'])), (1, 3))
    for name in COUNTS:
        check('days together: ' + name, sum(day[name] for day in answer['result']), whole[name])
    for day in answer['result']:
        parts = sum(day[name] for name in COUNTS if name != 'measurement_count')
        check('parts of ' + day['measurement_start_day'], parts, day['measurement_count'])
    answer = json.loads(fetch(url, axis_x='measurement_start_day', axis_y='probe_asn', **week))
    check('two axes', (answer['dimension_count'], sorted(answer['result'][0])),
          (2, sorted(COUNTS + ['measurement_start_day', 'probe_asn'])))
    table = csv.DictReader(io.StringIO(fetch(url, axis_x='measurement_start_day', axis_y='probe_asn', format='CSV', **week)))
    rows = [{name: value for name, value in row.items() if name != 'synthetic'} for row in table]
    check('as a table', rows, [{name: str(row[name]) for name in sorted(row)} for row in answer['result']])


def main():
    newest = json.loads(fetch(BASE + '/api/v1/timeline', by='country', **{'from': '-1d'}))['until']
    until = datetime.datetime.fromisoformat(newest.replace('Z', '+00:00'))
    ioda(int(until.timestamp()))
    ooni(until.date())
    for line in wrong[:20]:
        print(line)
    print('clients of others: %d failures' % len(wrong))
    sys.exit(1 if wrong else 0)


main()
