#!/usr/bin/env python3
"""Five hundred readers of the stream while a country reports: does every one get every change, how soon, and what does one cost?

The probes of bench_crowd.c send a sealed batch each every few seconds to a collector whose steps are short, so that every row of the
country changes again and again: some nine hundred a step, provinces, networks and both. The collector has CPU 0, senders and
readers share CPU 1. A round without readers tells
what the rows themselves cost.
"""
import http.client
import os
import re
import selectors
import socket
import statistics
import subprocess
import threading
import time

BIN = 'build/release'
WORK = '/run/bench'
PROBES, READERS, STEP_S, EVERY_S, ROUND_S = 681, 500, 20, 10, 45
FILTERS = (('by=country', 'the country alone, as its page'), ('by=region', '31 provinces'),
           ('', 'everything: provinces, networks, both'))


def row(name, unit, *figures):
    print(f'{name:<44}  {unit:<22}' + ''.join(f'{f:>14}' for f in figures))


def start():
    os.makedirs(f'{WORK}/data', exist_ok=True)
    with open(f'{WORK}/collector.conf', 'w') as f:
        f.write(f'[collector]\ndata_dir = data\nlisten = 127.0.0.1:0\ncountry = IR\n'
                f'countries_dir = {os.getcwd()}/configs/countries\n[publish]\nbucket_s = {EVERY_S}\nstep_s = {STEP_S}\n')
    conf = ('-c', f'{WORK}/collector.conf')
    key = subprocess.run([f'{BIN}/collector', 'init', *conf], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                         check=True).stdout.split()[-1]
    log = open(f'{WORK}/log', 'w')
    p = subprocess.Popen(['taskset', '-c', '0', f'{BIN}/collector', 'serve', *conf], stderr=log)
    for _ in range(100):
        m = re.search(r'serving on http://127.0.0.1:(\d+)', open(f'{WORK}/log').read())
        if m:
            return p, key, int(m.group(1))
        time.sleep(0.1)
    raise SystemExit(open(f'{WORK}/log').read())


def send(key, port, stop, refused):
    while not stop.is_set():
        begin = time.monotonic()
        out = subprocess.run([f'{BIN}/bench/bench_crowd', 'now', key, str(PROBES)], stdout=subprocess.PIPE, check=True).stdout
        c = http.client.HTTPConnection('127.0.0.1', port)
        while out:
            n = int.from_bytes(out[:4], 'little')
            c.request('POST', '/api/v1/submit', body=out[4:4 + n], headers={'Content-Type': 'application/octet-stream'})
            r = c.getresponse()
            body = r.read()
            if r.status != 200:
                refused.append((r.status, body))
            out = out[4 + n:]
        stop.wait(max(0, begin + EVERY_S - time.monotonic()))


def used(pid):
    f = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(f[11]) + int(f[12])) / os.sysconf('SC_CLK_TCK')


def memory(pid, name):
    return next(int(l.split()[1]) for l in open(f'/proc/{pid}/status') if l.startswith(name))


ID = re.compile(rb'id: [0-9a-f]+-(\d+)\nevent: row\n')


class Reader:
    """One stream, and when each of its messages had come."""

    def __init__(self, port, query):
        self.s = socket.create_connection(('127.0.0.1', port))
        self.s.sendall(f'GET /api/v1/stream?{query} HTTP/1.1\r\nHost: bench\r\n\r\n'.encode())
        self.s.setblocking(False)
        self.rest, self.came, self.ended, self.resets, self.bytes = b'', {}, False, 0, 0

    def read(self):
        data = self.s.recv(1 << 20)
        self.ended = not data
        self.bytes += len(data)
        now = time.monotonic()
        data = self.rest + data
        self.resets += data.count(b'event: reset')
        cut = data.rfind(b'\n\n') + 2 if b'\n\n' in data else 0
        for m in ID.finditer(data, 0, cut):
            self.came[int(m.group(1))] = now
        self.rest = data[cut:]


def listen(readers, seconds):
    sel = selectors.DefaultSelector()
    for r in readers:
        sel.register(r.s, selectors.EVENT_READ, r)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in sel.select(0.2):
            try:
                key.data.read()
            except ConnectionError:
                key.data.ended = True
            if key.data.ended:
                sel.unregister(key.data.s)


def judge(readers):
    """What the readers of one filter got: messages, how many have all of them, and the delay from the first reader to the last."""
    first = max(min(r.came, default=0) for r in readers)
    last = min((max(r.came, default=0) for r in readers if not r.ended), default=0)
    every = {n for r in readers for n in r.came if first <= n <= last}
    whole = sum(every <= r.came.keys() and not r.resets for r in readers)
    spread = [max(t) - min(t) for n in every if len(t := [r.came[n] for r in readers if n in r.came]) > 1]
    return len(every), whole, spread


def main():
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    os.sched_setaffinity(0, {1})
    p, key, port = start()
    stop, refused = threading.Event(), []
    sender = threading.Thread(target=send, args=(key, port, stop, refused), daemon=True)
    sender.start()
    time.sleep(2 * STEP_S)
    before = used(p.pid)
    listen([], ROUND_S)
    alone = (used(p.pid) - before) / ROUND_S
    row('', '', 'got all of it', 'first to last', 'p99', 'CPU', 'memory', 'at most')
    row(f'{READERS} readers of', '', 'readers', 'ms, median', 'ms', 'share of one', 'KiB/reader', 'KiB/reader')
    row('nothing', '', '', '', '', f'{alone:.0%}')
    for query, what in FILTERS:
        subprocess.run(['sh', '-c', f'echo 5 > /proc/{p.pid}/clear_refs'], check=False)
        idle, before, began = memory(p.pid, 'VmRSS'), used(p.pid), time.monotonic()
        readers = [Reader(port, query) for _ in range(READERS)]
        listen(readers, ROUND_S)
        spent = (used(p.pid) - before) / (time.monotonic() - began)
        held = (memory(p.pid, 'VmRSS') - idle) / READERS
        peak = (memory(p.pid, 'VmHWM') - idle) / READERS
        n, whole, spread = judge(readers)
        spread.sort()
        row(what, f'{n} rows, {sum(r.bytes for r in readers) / 1e6:.0f} MB', f'{whole}/{READERS}',
            f'{statistics.median(spread) * 1e3:.0f}' if spread else '-',
            f'{spread[len(spread) * 99 // 100] * 1e3:.0f}' if spread else '-', f'{spent:.0%}', f'{held:.1f}',
            f'{peak:.1f}')
        for r in readers:
            r.s.close()
        time.sleep(2)
    stop.set()
    sender.join(EVERY_S)
    p.terminate()
    p.wait()
    if refused:
        print(f'\n{len(refused)} batches were refused: {refused[0]}')
    print(f'\n{PROBES} probes, a batch each every {EVERY_S} s; steps of {STEP_S} s; rounds of {ROUND_S} s.')


main()
