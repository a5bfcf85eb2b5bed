#!/usr/bin/env python3
"""How long a reader waits, with a month of 10^8 results in the store: 31 provinces, 12 networks, rows of five minutes.

The month is made once, by the collector's own views (bench_crowd.c), and kept in build/bench. Each question is asked again and again
(*warm*: nothing has changed in between), then with another beginning each time (*new*: nobody asked that before, the files are in
memory), then once each of collectors that have just started, with the store's pages dropped from memory by posix_fadvise (*cold*).
"""
import datetime
import http.client
import json
import os
import re
import subprocess
import time

BIN = 'build/release'
MONTH = 'build/bench/month'
RESULTS, DAYS = 10**8, 30
WARM, NEW, COLD = 300, 12, 5
GOAL_WARM, GOAL_COLD = 20, 200
UNTIL = datetime.datetime(2026, 2, 1)
FROM = UNTIL - datetime.timedelta(days=DAYS)
# as the pages ask: 360 steps at most
QUESTIONS = (
    ('timeline of 31 provinces, 30 days by 2 h', '/api/v1/timeline?by=region&step=7200', True),
    ('country page, 30 days', '/?', True),
    ('country page in Persian, 30 days', '/fa/?', True),
    ('province page, 30 days', '/region/IR-23?', False),
    ('network page, 30 days', '/isp/AS44244?', False),
    ('timeline of 31 provinces, 30 days by 5 min', '/api/v1/timeline?by=region', False),
)


def make_month():
    made, program = f'{MONTH}/made', f'{BIN}/bench/bench_crowd'
    if os.path.exists(made) and os.path.getmtime(made) > os.path.getmtime(program):
        return json.load(open(made))
    print(f'making {MONTH}: this takes some minutes', flush=True)
    os.makedirs(f'{MONTH}/data', exist_ok=True)
    for file in os.listdir(f'{MONTH}/data'):
        if file.startswith('views.db'):
            os.unlink(f'{MONTH}/data/{file}')
    begin = time.monotonic()
    out = subprocess.run([program, 'month', f'{MONTH}/data', str(RESULTS), str(DAYS)], stdout=subprocess.PIPE, check=True)
    made_of = {**json.loads(out.stdout), 'wall_s': time.monotonic() - begin}
    with open(made, 'w') as f:
        json.dump(made_of, f)
    return made_of


class Collector:
    def __enter__(self):
        conf = f'{MONTH}/collector.conf'
        with open(conf, 'w') as f:
            f.write(f'[collector]\ndata_dir = data\nlisten = 127.0.0.1:0\ncountry = IR\ncountries_dir = {os.getcwd()}/configs/countries\n')
        if not os.path.exists(f'{MONTH}/data/box.key'):
            subprocess.run([f'{BIN}/collector', 'init', '-c', conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        log = open(f'{MONTH}/log', 'w')
        self.p = subprocess.Popen(['taskset', '-c', '0', f'{BIN}/collector', 'serve', '-c', conf], stderr=log)
        for _ in range(600):
            m = re.search(r'serving on http://127.0.0.1:(\d+)', open(f'{MONTH}/log').read())
            if m:
                self.c = http.client.HTTPConnection('127.0.0.1', int(m.group(1)))
                self.c.connect()
                return self
            time.sleep(0.05)
        raise SystemExit(open(f'{MONTH}/log').read())

    def __exit__(self, *_):
        self.p.terminate()
        self.p.wait()

    def used_ms(self):
        f = open(f'/proc/{self.p.pid}/stat').read().rsplit(')', 1)[1].split()
        return (int(f[11]) + int(f[12])) * 1000 / os.sysconf('SC_CLK_TCK')

    def ask(self, path, begin=FROM):
        """Milliseconds from the question to the last byte, and how many bytes."""
        url = f'{path}&from={begin:%Y-%m-%dT%H:%M:%SZ}&until={UNTIL:%Y-%m-%dT%H:%M:%SZ}'
        start = time.perf_counter()
        self.c.request('GET', url, headers={'Accept-Encoding': 'gzip'})
        r = self.c.getresponse()
        body = r.read()
        if r.status != 200:
            raise SystemExit(f'{url}: {r.status} {body}')
        return (time.perf_counter() - start) * 1e3, len(body)


def forget_files():
    for file in os.listdir(f'{MONTH}/data'):
        path = f'{MONTH}/data/{file}'
        if os.path.isfile(path):
            fd = os.open(path, os.O_RDONLY)
            os.fsync(fd)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(fd)


def of(figures, part):
    return sorted(figures)[min(len(figures) - 1, int(len(figures) * part))]


def row(*cells):
    print(f'{cells[0]:<44}' + ''.join(f'{c:>13}' for c in cells[1:]))


def main():
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    os.sched_setaffinity(0, {1})
    made = make_month()
    row('', 'KB sent', 'warm p50', 'warm p99', 'goal', 'new p50', 'new max', 'new CPU', 'cold p50', 'cold max', 'goal')
    for name, path, goal in QUESTIONS:
        cold = []
        for _ in range(COLD):
            forget_files()
            with Collector() as c:
                cold.append(c.ask(path)[0])
        with Collector() as c:
            size = c.ask(path)[1]
            warm = [c.ask(path)[0] for _ in range(WARM)]
            before = c.used_ms()
            new = [c.ask(path, FROM + datetime.timedelta(minutes=5 * (i + 1)))[0] for i in range(NEW)]
            spent = (c.used_ms() - before) / NEW
        missed = goal and (of(warm, .99) > GOAL_WARM, max(cold) > GOAL_COLD)
        row(name, f'{size / 1000:.0f}', f'{of(warm, .5):.1f}', f'{of(warm, .99):.1f}',
            '' if not goal else f'{"NOT " if missed[0] else ""}<= {GOAL_WARM}', f'{of(new, .5):.0f}', f'{max(new):.0f}', f'{spent:.0f}',
            f'{of(cold, .5):.0f}', f'{max(cold):.0f}', '' if not goal else f'{"NOT " if missed[1] else ""}<= {GOAL_COLD}')
    print(f'\nms from question to last byte, gzip. {made["results"]:,} results of {made["probes"]} probes over {DAYS} days, folded in '
          f'{made["wall_s"]:.0f} s ({made["cpu_s"]:.0f} CPU-s).')


main()
