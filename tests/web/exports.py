#!/usr/bin/env python3
"""exports.py BASE COLLECTOR CONF: every export of the collector at BASE, and what COLLECTOR export -c CONF prints beside
it, read by readers that are not ours.

Which ones there are says /openapi.json: a path with a suffix is an export in each of its formats. Tables are read by
Python's csv and by sqlite3's .import, and have to say what the same address says as JSON, cell by cell; their pages have
to be the whole, taken apart; calendars by icalendar and feeds by Python's XML, and have to have the events; SVG by
xmllint, PNG by pngcheck. A format that nothing here reads is a failure. Prints what is wrong; exit 1 if there is any.
"""
import collections
import csv
import datetime
import io
import json
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

import icalendar

BASE, *COLLECTOR = sys.argv[1:]
NO_EXPORTS = '/openapi.json',  # documents.mjs reads it
EXAMPLES = {'/region/': 'IR-23', '/isp/': 'AS197207'}  # of the demonstration's country; main adds an event
NESTED = {'classes': 'class', 'signs': 'sign', 'mechanisms': 'mech'}  # one column begins so for each of what it has
RENAMED = {'returns_n': 'returns'}
ATOM = '{http://www.w3.org/2005/Atom}'

wrong = {}  # where, what -> the first time that it was so


def fetch(path):
    with urllib.request.urlopen(BASE + path) as answer:
        return answer.read()


def check(path, what, got, want):
    if got != want:
        wrong.setdefault((path, what), '%r instead of %r' % (got, want))


# --- tables ---

def flat(value, name=''):
    """Columns of a row of JSON: {"votes": {"n": 3}} is votes_n"""
    if not isinstance(value, dict):
        return {name: value}
    columns = {}
    for key, inner in value.items():
        column = '_'.join([name] * bool(name) + [NESTED.get(key, key).replace('-', '_')])
        columns.update(flat(inner, RENAMED.get(column, column)))
    return columns


def list_of(document):
    """What CSV and NDJSON have of it: a page's rows and events are two lists, and the page is about the first"""
    found = next(document[key] for key in document if key in ('rows', 'events', 'result', 'targets'))
    return found if isinstance(found, list) else [found]


def rows_of(document):
    """The rows of an answer as JSON, with what CSV says in each of them and JSON once"""
    if 'regions' in document:
        rows = [dict(row, kind=kind, code=row[kind]) for kind in ('region', 'isp') for row in document[kind + 's']]
        rows = [{key: value for key, value in row.items() if key not in ('region', 'isp')} for row in rows]
    elif 'targets' in document:  # which nobody simulates; hosts inside are on no list that probes name
        rows = [dict(row, list=document['list'] if row['measured_by'] == 'all' else None) for row in document['targets']]
    else:
        rows = [dict(row, synthetic=document['synthetic']) for row in list_of(document)]
        rows = [row if row.keys() & {'start', 'id', 'ok_count'} else dict(row, start=document['from']) for row in rows]
    return [flat(row) for row in rows]


def as_text(value):
    return '' if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def is_same(text, value):
    try:
        return text == as_text(value) or float(text) == value
    except (ValueError, TypeError):
        return False


def is_left_out(name, row):
    """What JSON has only where there is any"""
    return row[name] in ('', '0') or (name.endswith('_of') and row[name[:-2] + 'n'] == '0')


def judge_row(path, row, want):
    for name, value in want.items():
        if name not in row:
            check(path, 'column ' + name, value, None)
        elif not is_same(row[name], value):
            check(path, name, row[name], as_text(value))
    for name in row.keys() - want.keys():
        if not is_left_out(name, row):
            check(path, name, row[name], 'nothing, as in JSON')


def sqlite(text):
    """Names and number of rows of a table, as sqlite3 sees it, and its complaints"""
    with tempfile.NamedTemporaryFile('wb', suffix='.csv') as file:
        file.write(text)
        file.flush()
        told = subprocess.run(['sqlite3', ':memory:', '.import --csv %s t' % file.name,
                               "select name from pragma_table_info('t')", 'select count(*) from t'],
                              capture_output=True, text=True, check=True)
    lines = told.stdout.split()
    return lines[:-1], int(lines[-1]), told.stderr


def read_csv(path, plain):
    text = fetch(path)
    names, *lines = csv.reader(io.StringIO(text.decode('utf-8'), newline=''), strict=True)
    want = rows_of(json.loads(fetch(plain)))
    check(path, 'names twice', [name for name, n in collections.Counter(names).items() if n > 1], [])
    check(path, 'rows', len(lines), len(want))
    check(path, 'sqlite3', sqlite(text), (names, len(lines), ''))
    for line, row in zip(lines, want):
        check(path, 'columns of a line', len(line), len(names))
        judge_row(path, dict(zip(names, line)), row)
    return len(lines)


def read_json(path, plain):
    document = json.loads(fetch(path))
    check(path, 'what the plain address gives', document, json.loads(fetch(plain)))
    return len(rows_of(document))


def read_ndjson(path, plain):
    lines = [json.loads(line) for line in fetch(path).decode('utf-8').splitlines()]
    document = json.loads(fetch(plain))
    check(path, 'rows', lines, [dict(row, synthetic=document['synthetic']) for row in list_of(document)])
    return len(lines)


# Of the text of a table, the list in it.
LISTS = {'csv': lambda text: list(csv.reader(io.StringIO(text.decode('utf-8'), newline='')))[1:],
         'json': lambda text: list_of(json.loads(text)),
         'ndjson': lambda text: text.splitlines()}


def judge_pages(path, suffix, n):
    """A list of n entries in three pages, as Link leads from each to the next: they are the whole of that moment"""
    entries, links, following = [], [], '%s&limit=%d' % (path, -(-n // 3))
    while following:
        with urllib.request.urlopen(BASE + following) as answer:
            entries += LISTS[suffix](answer.read())
            link = answer.headers['Link']
        following = link and link[1:link.index('>')]
        links.append(following)
    check(path, 'pages', len(links), 3)
    whole = urllib.parse.urlsplit(links[0])
    query = [(name, value) for name, value in urllib.parse.parse_qsl(whole.query) if name not in ('limit', 'cursor')]
    check(path, 'its pages', entries, LISTS[suffix](fetch('%s?%s' % (whole.path, urllib.parse.urlencode(query)))))


# --- tables on standard output ---

def export(what, form, times, *more):
    told = subprocess.run([COLLECTOR[0], 'export', '-c', COLLECTOR[1], '--what', what, '--format', form,
                           '--from', times['from'], '--until', times['until'], *more], capture_output=True)
    check('export ' + what, form, (told.returncode, told.stderr), (0, b''))
    return told.stdout


def judge_export(what, times, *more):
    """CSV and NDJSON say the same, cell by cell"""
    names, *lines = csv.reader(io.StringIO(export(what, 'csv', times, *more).decode('utf-8'), newline=''), strict=True)
    objects = [json.loads(line) for line in export(what, 'ndjson', times, *more).decode('utf-8').splitlines()]
    check('export ' + what, 'rows', len(lines), len(objects))
    check('export ' + what, 'rows at all', len(lines) > 0, True)
    for line, row in zip(lines, objects):
        judge_row('export ' + what, dict(zip(names, line)), flat(row))
    return len(lines)


def judge_all_exports():
    times = json.loads(fetch('/api/v1/timeline?by=country&from=-2d'))
    return sum((judge_export('timeline', times, '--by', 'region', '--step', '3600'),
                judge_export('cells', times, '--region', 'IR-23', '--step', '3600'),
                judge_export('events', times, '--by', 'region')))


# --- events for feed readers and calendars ---

def events_of(path, links):
    """An event for each of these addresses of pages, of the same question to the API"""
    document = json.loads(fetch('/api/v1/events?' + path.partition('?')[2]))
    known = {urllib.parse.quote('/event/' + event['id'], safe='/?'): event for event in document['events']}
    names = [link[len(BASE):].removeprefix('/fa') for link in links]
    check(path, 'events of others', [name for name in names if name not in known], [])
    check(path, 'an event twice', len(names), len(set(names)))
    return [known.get(name) for name in names]


def moment(text):
    return text and datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))


def sentence(event, path):
    return event['sentence']['fa' if 'lang=fa' in path else 'en']


def read_ics(path, _):
    found = [part for part in icalendar.Calendar.from_ical(fetch(path)).walk('VEVENT')]
    for part, event in zip(found, events_of(path, [str(part['url']) for part in found])):
        check(path, 'onset', part['dtstart'].dt, moment(event['onset']))
        check(path, 'end', part['dtend'].dt if 'dtend' in part else None, moment(event['end']))
        check(path, 'sentence', str(part['description']), sentence(event, path))
        check(path, 'revision', int(part['sequence']) + 1, event['revision'])
        check(path, 'errors', part.errors, [])
    return len(found)


def read_atom(path, _):
    data = fetch(path)
    xmllint(path, data)
    found = ElementTree.fromstring(data).findall(ATOM + 'entry')
    for entry, event in zip(found, events_of(path, [entry.findtext(ATOM + 'id') for entry in found])):
        check(path, 'sentence', entry.findtext(ATOM + 'summary'), sentence(event, path))
        check(path, 'revised', moment(entry.findtext(ATOM + 'updated')), moment(event['revised']))
    return len(found)


# --- pictures ---

def accepts(path, data, *command):
    told = subprocess.run(command, input=data, capture_output=True)
    check(path, command[0], (told.returncode, told.stderr), (0, b''))
    return 1


def xmllint(path, data):
    return accepts(path, data, 'xmllint', '--noout', '--nonet', '-')


def read_svg(path, _):
    return xmllint(path, fetch(path))


def read_png(path, _):
    return accepts(path, fetch(path), 'pngcheck', '-q')


# --- all there are ---

READERS = {'csv': read_csv, 'json': read_json, 'ndjson': read_ndjson, 'ics': read_ics, 'atom': read_atom,
           'svg': read_svg, 'png': read_png}


# What is asked of those that can be asked: a week of every province; and a day of every cell, in the other language and
# in local time.
QUESTIONS = ({'by': 'region', 'from': '-7d', 'step': '3600'},
             {'by': 'region,isp,access', 'from': '-1d', 'step': '3600', 'lang': 'fa', 'tz': 'local'})


def words_of(operation):
    return {parameter['name'] for parameter in operation['parameters'] if parameter['in'] == 'query'}


def addresses(path, operation):
    """Of one export: as it is asked for, and the same as JSON where that is another one"""
    known = words_of(operation)
    suffixes = [word for parameter in operation['parameters'] if parameter['name'] == 'suffix'
                for word in parameter['schema']['enum']] or [path.rpartition('.')[2]]
    for suffix in suffixes:
        for question in {urllib.parse.urlencode({name: question[name] for name in question if name in known})
                         for question in QUESTIONS}:
            address = path.rpartition('.')[0]
            for folder, name in EXAMPLES.items():
                address = address.replace(folder + '{name}', folder + name)
            plain = '.json' * (not path.startswith(('/api/', '/compat/')))  # a page is HTML where nothing else is asked
            yield suffix, '%s.%s?%s' % (address, suffix, question), '%s%s?%s' % (address, plain, question)


def main():
    counts = collections.Counter()
    EXAMPLES['/event/'] = list_of(json.loads(fetch('/api/v1/events?by=country&from=-30d')))[0]['id']
    for path, item in json.loads(fetch('/openapi.json'))['paths'].items():
        if 'get' not in item or '.' not in path or path in NO_EXPORTS:
            continue
        for suffix, address, plain in addresses(path, item['get']):
            if suffix in READERS:
                n = READERS[suffix](address, plain)
                counts.update({suffix: 1, suffix + ' rows': n})
                if suffix in LISTS and 'limit' in words_of(item['get']):
                    judge_pages(address, suffix, n)
            else:
                check(address, 'reader', None, 'one for .' + suffix)
    counts.update({'export': 3, 'export rows': judge_all_exports()})
    for suffix in READERS:
        check('/openapi.json', '.%s with something in it' % suffix, counts[suffix + ' rows'] > 0, True)
    for (path, what), why in wrong.items():
        print('%s: %s: %s' % (path, what, why[:400]))
    print('exports: %s: %d failures' % (
        ', '.join('%d %s (%d)' % (counts[suffix], suffix, counts[suffix + ' rows']) for suffix in (*READERS, 'export')), len(wrong)))
    sys.exit(1 if wrong else 0)


main()
