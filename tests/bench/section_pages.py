#!/usr/bin/env python3
"""What a page costs its reader: Lighthouse as a phone, bytes by kind, and how soon it can be read over 50 kbit/s and 800 ms.

The pages are of a week of the synthetic January, the same that `make web` opens. Lighthouse and puppeteer are pinned in
tests/bench/pages; the browser is Debian's.
"""
import json
import os
import re
import subprocess
import time
import urllib.request

BIN = 'build/release'
WORK = 'build/web/demo'
HERE = 'tests/bench/pages'
GOALS = {'performance': 98, 'accessibility': 100, 'text': 60000, 'all': 85000, 'readable': 5000}


def serve():
    if not os.path.exists('build/web/made') or os.path.getmtime('build/web/made') < os.path.getmtime(f'{BIN}/demo'):
        subprocess.run(['rm', '-rf', WORK], check=True)
        os.makedirs(WORK)
        subprocess.run([f'{BIN}/demo', f'{WORK}/data', '2026-01-25'], check=True, stderr=subprocess.DEVNULL)
        open('build/web/made', 'w').close()
    with open(f'{WORK}/collector.conf', 'w') as f:
        f.write(f'[collector]\ndata_dir = data\nlisten = 127.0.0.1:0\ncountry = IR\ncountries_dir = {os.getcwd()}/configs/countries\n'
                '[publish]\nstep_s = 900\nbucket_s = 900\n')
    conf = ('-c', f'{WORK}/collector.conf')
    subprocess.run([f'{BIN}/collector', 'init', *conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    p = subprocess.Popen([f'{BIN}/collector', 'serve', *conf], stderr=open(f'{WORK}/log', 'w'))
    for _ in range(100):
        m = re.search(r'serving on (http://127.0.0.1:\d+)', open(f'{WORK}/log').read())
        if m:
            return p, m.group(1)
        time.sleep(0.1)
    raise SystemExit(open(f'{WORK}/log').read())


def row(*cells):
    print(f'{cells[0]:<22}' + ''.join(f'{c:>13}' for c in cells[1:]))


def show(figure, goal, low=True):
    return f'{figure:,.0f}{"" if (figure <= goal if low else figure >= goal) else " NOT MET"}'


def main():
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    p, base = serve()
    events = json.load(urllib.request.urlopen(f'{base}/api/v1/events?by=country&from=-30d'))['events']
    pages = {'country': '/', 'province': '/region/IR-23', 'network': '/isp/AS44244', 'event': f'/event/{events[0]["id"]}',
             'country in Persian': '/fa/'}
    out = subprocess.run(['node', f'{HERE}/measure.mjs', base, *pages.values()], stdout=subprocess.PIPE, text=True, check=True).stdout
    row('', 'performance', 'access.', 'FCP ms', 'blocked ms', 'HTML', 'HTML+CSS+JS', 'with font', 'third party', 'slow: paint', 'headline', 'chart',
        'load')
    notes = []
    for name, line in zip(pages, out.splitlines()):
        f = json.loads(line)
        s = f['slow']
        row(name, show(f['performance'], GOALS['performance'], False), show(f['accessibility'], GOALS['accessibility'], False),
            f'{f["fcp"]:,.0f}', f'{f["tbt"]:,.0f}', f'{f["html"]:,}', show(f['text'], GOALS['text']), show(f['text'] + f['font'], GOALS['all']),
            show(len(f['foreign']), 0), f'{s["paint"]:,.0f}', show(s['headline'], GOALS['readable']),
            show(s['chart'], GOALS['readable']), f'{s["load"]:,.0f}')
        notes += [f'{name}: {f["lost"]}'] if f['lost'] else []
    row('goal', f'>= {GOALS["performance"]}', f'{GOALS["accessibility"]}', '', '', '', f'<= {GOALS["text"]:,}', f'<= {GOALS["all"]:,}', '0', '',
        f'<= {GOALS["readable"]:,}', f'<= {GOALS["readable"]:,}', '')
    print('\nBytes as sent, with headers. Slow: ms over 50 kbit/s with 800 ms for each request, a new browser each.')
    print('\n'.join(notes))
    p.terminate()
    p.wait()


main()
