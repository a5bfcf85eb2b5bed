#!/usr/bin/env python3
"""package.py FOLDER: a month as `collector export --what package` makes it, read by a reader that is not ours.

Everything that datapackage.json says of a table has to be so: bytes and hash, the columns and their order, of every
value its type, its words and its limits, keys that are unique and keys that are there where they point to. Compressed
tables are the same bytes, and SHA256SUMS has every file. Prints what is wrong; exit 1 if there is any.
"""
import csv
import datetime
import gzip
import hashlib
import io
import json
import pathlib
import sys

FOLDER = pathlib.Path(sys.argv[1])
TYPES = {'string': str, 'integer': int, 'number': float,
         'datetime': lambda text: datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%SZ')}

wrong = {}  # where, what -> the first time that it was so


def check(where, what, ok, value=''):
    if not ok:
        wrong.setdefault((where, what), value)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def judge_value(where, field, text):
    must = field['constraints']
    if text == '':
        check(where, field['name'] + ' is required', not must['required'])
        return
    if field['type'] == 'boolean':
        check(where, field['name'], text in field['trueValues'] + field['falseValues'], text)
        return
    try:
        value = TYPES[field['type']](text)
    except ValueError:
        check(where, '%s is no %s' % (field['name'], field['type']), False, text)
        return
    check(where, field['name'] + ' has a word of its own', text in must.get('enum', [text]), text)
    if 'minimum' in must:
        check(where, field['name'] + ' is too small', value >= must['minimum'], text)
    if 'maximum' in must:
        check(where, field['name'] + ' is too large', value <= must['maximum'], text)


def read_table(resource):
    path, schema = resource['path'], resource['schema']
    data = (FOLDER / path).read_bytes()
    check(path, 'bytes', len(data) == resource['bytes'], len(data))
    check(path, 'hash', 'sha256:' + sha256(data) == resource['hash'])
    check(path, 'compressed', gzip.decompress((FOLDER / (path + '.gz')).read_bytes()) == data)
    names, *lines = csv.reader(io.StringIO(data.decode('utf-8'), newline=''), strict=True)
    fields = schema['fields']
    check(path, 'columns', names == [field['name'] for field in fields], names)
    for line in lines:
        check(path, 'length of a line', len(line) == len(fields), line)
        for field, text in zip(fields, line):
            judge_value(path, field, text)
    rows = [dict(zip(names, line)) for line in lines]
    check(path, 'is empty', rows)
    keys = {tuple(row[name] for name in schema['primaryKey']) for row in rows}
    check(path, 'primary keys are unique', len(keys) == len(rows), len(rows) - len(keys))
    return rows


package = json.loads((FOLDER / 'datapackage.json').read_text('utf-8'))
tables = {resource['name']: read_table(resource) for resource in package['resources']}
for resource in package['resources']:
    for key in resource['schema'].get('foreignKeys', []):
        (name,), reference = key['fields'], key['reference']
        there = {row[reference['fields'][0]] for row in tables[reference['resource']]}
        check(resource['path'], name + ' points nowhere',
              {row[name] for row in tables[resource['name']]} - {''} <= there)
sums = dict(line.split('  ')[::-1] for line in (FOLDER / 'SHA256SUMS').read_text('ascii').splitlines())
files = {path.name for path in FOLDER.iterdir()} - {'SHA256SUMS'}
check('SHA256SUMS', 'files', set(sums) == files, set(sums) ^ files)
for name, value in sums.items():
    check(name, 'SHA256SUMS', sha256((FOLDER / name).read_bytes()) == value)
citation = (FOLDER / 'CITATION.cff').read_text('utf-8')
check('CITATION.cff', 'the version', package['version'] in citation)
for (where, what), value in wrong.items():
    print('%s: %s: %s' % (where, what, value))
print('package: %d tables, %d rows' % (len(tables), sum(map(len, tables.values()))))
sys.exit(bool(wrong))
