#!/usr/bin/env python3
"""What a check of the probe costs, beside prometheus-blackbox-exporter and curl -Z in the same run.

The measured process has CPU 0, everything that it talks to has CPU 1. What is counted is CPU time of the measured
process, user and system (of the exporter: without whoever asks it); on a noisy machine the ratios are what counts.
Runs of all of them take turns; each figure is the median of RUNS. The floor is a bare loop of the system calls that a
check can't do without. "Scaled" is what the figure would be if the machine ran the other two as fast as it did where
the goals were set. The probe checks certificates against Debian's
authorities plus ours, the others against ours alone, because both read the file again for every check.
"""
import glob
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

RUNS = 3
BIN = 'build/release'
WORK = '/run/bench'
CA, BUNDLE = f'{WORK}/ca.pem', f'{WORK}/bundle.pem'
HOSTS = 8
DNS = '203.0.113.53'
SLOW_MS = 1500
CURL = 'curl', '-s', '--no-progress-meter', '-Z', '--parallel-immediate', '-o', '/dev/null'

# --- processes --------------------------------------------------------------------------------------------------


def pinned(cpu, *command):
    return ['taskset', '-c', str(cpu), *map(str, command)]


def sh(*command, **kw):
    p = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, **kw)
    if p.returncode:
        sys.exit(f'bench: {" ".join(map(str, command))}: {p.returncode}\n{p.stdout}')
    return p.stdout


def serve(*command, cpu=1, env=None):
    """Ends with everything else when this process tree does (run.sh)."""
    log = open(f'{WORK}/{os.path.basename(command[0])}.log', 'w')
    return subprocess.Popen(pinned(cpu, *command), stdout=log, stderr=log, env={**os.environ, **(env or {})})


def wait_port(port, host='203.0.113.1'):
    for _ in range(100):
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f'bench: nothing listens on {host}:{port}')


# --- the network and its servers ---------------------------------------------------------------------------------


def make_network():
    sh('ip', 'link', 'set', 'lo', 'mtu', '1500', 'up')
    sh('ip', 'route', 'add', 'local', '203.0.113.0/24', 'dev', 'lo')
    for name, value in ('ip_local_port_range', '2000 65000'), ('tcp_max_syn_backlog', '8192'):
        with open(f'/proc/sys/net/ipv4/{name}', 'w') as f:
            f.write(value)
    with open('/proc/sys/net/core/somaxconn', 'w') as f:
        f.write('4096')


def make_cert(name, issuer, extensions):
    """name.key and name.pem, P-256, signed by issuer (itself when None)."""
    path = f'{WORK}/{name}'
    with open(f'{path}.ext', 'w') as f:
        f.write(extensions)
    sh('openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', f'{path}.key')
    sh('openssl', 'req', '-new', '-key', f'{path}.key', '-subj', f'/O=Bench/CN={name}', '-out', f'{path}.csr')
    by = ['-signkey', f'{path}.key'] if not issuer else \
        ['-CA', f'{WORK}/{issuer}.pem', '-CAkey', f'{WORK}/{issuer}.key', '-CAcreateserial']
    sh('openssl', 'x509', '-req', '-days', '30', '-in', f'{path}.csr', '-extfile', f'{path}.ext', '-out',
       f'{path}.pem', *by, stderr=subprocess.DEVNULL)


def join(path, *parts):
    with open(path, 'w') as f:
        f.writelines(open(p).read() for p in parts)


def make_certs():
    names = ','.join(['DNS:*.bench.example'] + [f'IP:203.0.113.{i + 1}' for i in range(HOSTS)])
    leaf = f'subjectAltName={names}\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n'
    authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n'
    make_cert('ca', None, authority)
    make_cert('between', 'ca', authority)
    make_cert('leaf', 'between', leaf)
    make_cert('direct', 'ca', leaf)
    join(f'{WORK}/chain.pem', f'{WORK}/leaf.pem', f'{WORK}/between.pem')
    join(BUNDLE, '/etc/ssl/certs/ca-certificates.crt', CA)


NGINX = f'''
daemon off; worker_processes 1; pid {WORK}/nginx.pid; error_log {WORK}/nginx.error;
events {{ worker_connections 8192; multi_accept on; }}
http {{
	access_log off; keepalive_timeout 0; ssl_protocols TLSv1.3; ssl_session_tickets off; ssl_session_cache off;
	default_type text/html; client_body_temp_path {WORK}/t1; proxy_temp_path {WORK}/t2; fastcgi_temp_path {WORK}/t3;
	uwsgi_temp_path {WORK}/t4; scgi_temp_path {WORK}/t5;
	server {{ listen 80 backlog=4096; location / {{ return 200 "hello\\n"; }} }}
	server {{ listen 443 ssl backlog=4096; location / {{ return 200 "hello\\n"; }}
		ssl_certificate {WORK}/chain.pem; ssl_certificate_key {WORK}/leaf.key; }}
	server {{ listen 8443 ssl backlog=4096; location / {{ return 444; }}
		ssl_certificate {WORK}/direct.pem; ssl_certificate_key {WORK}/direct.key; }}
}}
'''

BLACKBOX = f'''
modules:
  dns: {{prober: dns, dns: {{transport_protocol: udp, query_name: n1.bench.example, query_type: A, preferred_ip_protocol: ip4}}}}
  tcp: {{prober: tcp, tcp: {{preferred_ip_protocol: ip4}}}}
  tls: {{prober: tcp, tcp: {{preferred_ip_protocol: ip4, tls: true, tls_config: {{ca_file: {CA}}}}}}}
  http: {{prober: http, http: {{preferred_ip_protocol: ip4}}}}
  https: {{prober: http, http: {{preferred_ip_protocol: ip4, fail_if_not_ssl: true, tls_config: {{ca_file: {CA}}}}}}}
'''


def start_servers():
    with open(f'{WORK}/nginx.conf', 'w') as f:
        f.write(NGINX)
    with open(f'{WORK}/blackbox.yml', 'w') as f:
        f.write(BLACKBOX)
    serve(f'{BIN}/bench/bench_server', SLOW_MS)
    serve('nginx', '-c', f'{WORK}/nginx.conf', '-p', WORK)
    exporter = serve('prometheus-blackbox-exporter', f'--config.file={WORK}/blackbox.yml',
                     '--web.listen-address=127.0.0.1:9115', cpu=0, env={'GOMAXPROCS': '1'})
    for port in 81, 9001, 80, 443, 8443:
        wait_port(port)
    wait_port(9115, '127.0.0.1')
    return exporter


# --- the probe ---------------------------------------------------------------------------------------------------


def on_wire():
    """Bytes of IP over lo so far, each packet once."""
    for line in open('/proc/net/dev'):
        if line.strip().startswith('lo:'):
            n = line.split(':')[1].split()
            return int(n[0]) - 14 * int(n[1])
    return 0


def bench_command(url, n=1000, cycles=1, flight=100, hosts=HOSTS, sample=False):
    spool = f'{WORK}/spool'
    shutil.rmtree(spool, ignore_errors=True)
    if os.path.exists(spool + '.key'):
        os.unlink(spool + '.key')
    return pinned(0, f'{BIN}/bench/bench_probe', '-n', n, '-k', cycles, '-c', flight, '-a', hosts,
                  *(['-s'] if sample else []), spool, url)


def probe(url, kind, **how):
    """One run: how many checks of this kind went well, and what they cost."""
    before = on_wire()
    r = json.loads(sh(*bench_command(url, **how), env={**os.environ, 'SSL_CERT_FILE': BUNDLE}))
    r['done'] = r['good'].get(kind, 0)
    r['wire'] = (on_wire() - before) / max(r['done'], 1)
    r['rate'] = r['done'] / r['cpu_us'] * 1e6
    if r['done'] != how.get('n', 1000) * how.get('cycles', 1):
        problems.append(f'probe {url}: {r["done"]} {kind} checks went well; failures: {r["failures"]}')
    return r


# --- the others --------------------------------------------------------------------------------------------------


def cpu_s(pid):
    f = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(f[11]) + int(f[12])) / os.sysconf('SC_CLK_TCK')


def resident(pid):
    """Resident KiB by mapped file, the largest first."""
    sizes, name = {}, ''
    for line in open(f'/proc/{pid}/smaps'):
        f = line.split()
        if '-' in f[0] and not f[0].endswith(':'):
            name = os.path.basename(f[5]) if len(f) > 5 else '[anonymous]'
        elif f[0] == 'Rss:':
            sizes[name] = sizes.get(name, 0) + int(f[1])
    return sorted(sizes.items(), key=lambda x: -x[1])


def memory(pid):
    found = {}
    for file in 'status', 'smaps_rollup':
        for line in open(f'/proc/{pid}/{file}'):
            name, _, value = line.partition(':')
            if value.endswith('kB\n'):
                found[name] = int(value.split()[0])
    return found


def curl(urls, *flags, cpu=0, parallel=100):
    """CPU seconds and peak KiB of curl -Z."""
    p = subprocess.Popen(pinned(cpu, *CURL, '-f', '--parallel-max', parallel, *flags, urls))
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = status
    if status:
        problems.append(f'curl {urls}: status {os.waitstatus_to_exitcode(status)}')
    return used.ru_utime + used.ru_stime, used.ru_maxrss


def curl_rate(n, scheme, *flags):
    spent, peak = curl(f'{scheme}://203.0.113.[1-{HOSTS}]/?[1-{n // HOSTS}]', *flags)
    return {'rate': n // HOSTS * HOSTS / spent, 'peak': peak}


def blackbox_url(module, target, n):
    return f'http://127.0.0.1:9115/probe?module={module}&target={target}&n=[1-{n}]'


def blackbox_rate(exporter, module, target, n):
    url = blackbox_url(module, target, 1).replace('[1-1]', '1')
    if b'probe_success 1' not in urllib.request.urlopen(url).read():
        problems.append(f'blackbox {module}: the check fails')
    before = cpu_s(exporter.pid)
    curl(blackbox_url(module, target, n), cpu=1, parallel=50)
    return {'rate': n / (cpu_s(exporter.pid) - before)}


def blackbox_peak(exporter, flight):
    """Peak KiB with this many slow checks in flight."""
    with open(f'/proc/{exporter.pid}/clear_refs', 'w') as f:
        f.write('5')
    each = 250
    n = min(flight, each)
    drivers = [subprocess.Popen(pinned(1, *CURL, '--parallel-max', n, blackbox_url('http', '203.0.113.1:81', n)))
               for _ in range(max(1, flight // each))]
    for d in drivers:
        d.wait()
    return memory(exporter.pid)['VmHWM']


def floor_rate(name):
    what = name.lower()
    if what not in ('dns', 'tcp', 'http'):
        return []
    return [float(sh(*pinned(0, f'{BIN}/bench/bench_floor', what, 12000, 100)))]


# --- what is measured --------------------------------------------------------------------------------------------

# name, URL of the probe, kind that counts, how, goal; module, target and number for the exporter; arguments for curl
RATES = (
    ('DNS', f'dns://{DNS}/n#.bench.example', 'dns', {'n': 2000, 'cycles': 8, 'flight': 2000}, 60000, ('dns', DNS, 2000), None),
    ('TCP', 'tcp://203.0.113.@:900%', 'tcp', {'cycles': 25, 'hosts': 200}, 60000, ('tcp', '203.0.113.1:9001', 3000), None),
    ('HTTP', 'http://203.0.113.@/#', 'http', {'cycles': 12}, 25000, ('http', '203.0.113.1', 2000), (12000, 'http')),
    ('TLS 1.3 [1]', 'https://203.0.113.@:8443/#', 'tls', {'cycles': 1}, 2000, ('tls', '203.0.113.1:8443', 1000), None),
    ('HTTPS not verified', None, None, None, None, None, (1000, 'https', '-k')),
    ('HTTPS verified, chain of 2', 'https://203.0.113.@/#', 'http', {'cycles': 1}, 1500,
     ('https', 'https://203.0.113.1', 1000), (1000, 'https', '--cacert', CA)),
    ('cascade [2]', 'https://n#.bench.example/', 'http', {'cycles': 1}, None, None, None),
)

# Checks per CPU-second of the others where the goals were set: the same Debian packages, one faster machine.
THERE = {'DNS': (3302, None), 'TCP': (4354, None), 'HTTP': (2510, 17400), 'TLS 1.3 [1]': (1859, None),
         'HTTPS not verified': (None, 1504), 'HTTPS verified, chain of 2': (1438, 1408)}

problems = []
table = []
profiles = []


def mid(figures):
    return statistics.median(figures) if figures else None


def show(v):
    return '-' if v is None else f'{v:,.0f}' if abs(v) >= 100 else f'{v:,.1f}'


def row(name, ours, blackbox=None, curl=None, floor=None, goal=None, scaled=None, unit='', low=False):
    """ours and the others are lists of figures; low: less is better. True when the goal is not met."""
    spread = f' ({show(min(ours))}..{show(max(ours))})' if ours and len(ours) > 1 else ''
    mine, peers = mid(ours), [mid(l) for l in (blackbox, curl)]
    ratio = ' '.join('-' if p is None or not mine else f'x{(p / mine if low else mine / p):.1f}' for p in peers)
    verdict = '' if goal is None else 'met' if (mine <= goal if low else mine >= goal) else 'NOT MET'
    table.append((name, unit, show(mine) + spread, show(peers[0]), show(peers[1]), show(mid(floor)), ratio,
                  '' if goal is None else ('<= ' if low else '>= ') + show(goal), verdict,
                  '' if scaled is None or goal is None else show(mine / scaled)))
    return verdict == 'NOT MET'


def measure_rates(exporter):
    got = {r[0]: ([], [], [], []) for r in RATES}
    for _ in range(RUNS):
        for name, url, kind, how, _, module, transfer in RATES:
            ours, black, theirs, floor = got[name]
            if url:
                ours.append(probe(url, kind, **how))
            if module:
                black.append(blackbox_rate(exporter, *module))
            if transfer:
                theirs.append(curl_rate(*transfer))
            floor += floor_rate(name)
    speed = statistics.median(mid([x['rate'] for x in got[name][1 + i]]) / there
                              for name, pair in THERE.items() for i, there in enumerate(pair) if there)
    for name, url, kind, how, goal, *_ in RATES:
        rates = [[x['rate'] for x in l] for l in got[name][:3]]
        if row(name, *rates, floor=got[name][3], goal=goal, scaled=speed, unit='per CPU-s') or \
                (url and os.environ.get('PROFILE')):
            profiles.append((name, url, how))
    cascade = [x['cpu_us'] / 1000 for x in got['cascade [2]'][0]]
    row('cascade of 1,000 targets', cascade, unit='ms CPU', low=True)
    for name, url, *_ in RATES:
        if url:
            row(f'on the wire, {name}', [x['wire'] for x in got[name][0]], unit='bytes', low=True)
    return speed


def measure_memory(exporter):
    idle = memory(exporter.pid)
    ours = daemon_idle()
    if row('idle after a cycle, RSS', [ours['VmRSS'] / 1024], [idle['VmRSS'] / 1024], goal=12, unit='MiB', low=True):
        profiles.append(('idle', ours['maps']))
    row('idle after a cycle, PSS', [ours['Pss'] / 1024], [idle['Pss'] / 1024], unit='MiB', low=True)
    row('idle after a cycle, anonymous', [ours['Anonymous'] / 1024], [idle['Anonymous'] / 1024], unit='MiB', low=True)
    for flight, goal in (100, None), (1000, 40):
        r = probe('http://203.0.113.@:81/#', 'http', n=flight, flight=flight, sample=True)
        if r['files'] < flight:
            problems.append(f'only {r["files"]} files open at {flight} in flight')
        theirs = curl(f'http://203.0.113.[1-{HOSTS}]:81/?[1-{100 // HOSTS}]')[1] / 1024 if flight == 100 else None
        row(f'{flight:,} slow HTTP in flight, peak RSS', [r['hwm_kb'] / 1024], [blackbox_peak(exporter, flight) / 1024],
            theirs and [theirs], goal=goal, unit='MiB', low=True)
    for flight, goal in (100, None), (1000, 40):
        r = probe('https://203.0.113.@/#', 'http', flight=flight)
        row(f'{flight:,} HTTPS at once, peak RSS [3]', [r['hwm_kb'] / 1024], goal=goal, unit='MiB', low=True)


def daemon_idle():
    """Memory of `probe run` after a cycle of 50 targets, its collector dead."""
    state, targets = f'{WORK}/state', f'{WORK}/targets.csv'
    with open(targets, 'w') as f:
        f.write('url,class,level,notes\n')
        f.writelines(f'https://n{i}.bench.example/,open,0,\n' for i in range(50))
    conf = f'{WORK}/probe.conf'
    with open(conf, 'w') as f:
        f.write(f'[probe]\ncountries_dir = {os.getcwd()}/configs/countries\n[schedule]\ninterval_s = 3600\n'
                f'budget_mb_per_day = 0\n[targets]\nfile = {targets}\n[dns]\nresolver = udp://{DNS}\n')
    key = 'A' * 43
    sh(f'{BIN}/probe', 'init', '-c', conf, '--state-dir', state, '--country', 'ZZ', '--region', 'ZZ-00',
       '--collector', 'http://203.0.113.99:9/', '--key', key, '--yes', stderr=subprocess.STDOUT)
    p = serve(f'{BIN}/probe', 'run', '-c', conf, '--state-dir', state, cpu=0, env={'SSL_CERT_FILE': BUNDLE})
    for _ in range(200):
        if glob.glob(f'{state}/spool/*-*') or p.poll() is not None:
            break
        time.sleep(0.1)
    time.sleep(1)
    if p.poll() is not None:
        sys.exit('bench: probe run ended:\n' + open(f'{WORK}/probe.log').read())
    found = memory(p.pid)
    found['maps'] = resident(p.pid)
    p.terminate()
    p.wait()
    return found


def measure_size():
    sh('strip', '-o', f'{WORK}/stripped', f'{BIN}/probe')
    exporter = os.path.getsize(shutil.which('prometheus-blackbox-exporter'))
    row('binary, stripped, dynamic', [os.path.getsize(f'{WORK}/stripped') / 1024], [exporter / 1024], goal=400,
        unit='KiB', low=True)
    for r in json.loads(sh(f'{BIN}/bench/bench_batch')):
        row(f'per result, batches of {r["results"]:,}', [r['payload']], goal=r['goal'], unit='bytes', low=True)
        row('    before compression / padded to its class', [r['plain']], [r['padded']], unit='bytes', low=True)


# --- what is shown -----------------------------------------------------------------------------------------------


def show_table(speed):
    head = ('', 'unit', 'fanous (min..max)', 'blackbox', 'curl -Z', 'floor', 'ratio', 'goal', '', 'scaled')
    rows = [head] + table
    width = [max(len(r[i]) for r in rows) for i in range(len(head))]
    for r in rows:
        cells = [v.rjust(w) if 1 < i < 6 or i == 9 else v.ljust(w) for i, (v, w) in enumerate(zip(r, width))]
        print('  '.join(cells).rstrip())
    print(f'\nThe others run at {speed:.2f} of the speed they had where the goals were set.'
          '\nRatios: how many times better than blackbox, then than curl.'
          '\n[1] handshakes with verification, chain of 1; the server closes without answering the request that follows'
          '\n[2] A and AAAA over DNS, TCP, TLS 1.3 with a chain of 2, HTTP; targets per CPU-second'
          '\n[3] asked for as many; the probe keeps 64 chains with TLS in flight at most')


def show_profile(name, url, how=None):
    """Where the time goes, and which system calls a check makes; of memory, what is mapped."""
    print(f'\n--- profile: {name}')
    if not how:
        print('\n'.join(f'{kb:8,} KiB  {mapped}' for mapped, kb in url[:15]))
        return
    env = {**os.environ, 'SSL_CERT_FILE': BUNDLE}
    data = f'{WORK}/perf.data'
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, 'env': env}
    if subprocess.run(['perf', 'record', '-q', '-F', '1999', '-e', 'cpu-clock', '-o', data, '--',
                       *bench_command(url, **how)], **quiet).returncode == 0:
        text = sh('perf', 'report', '-i', data, '--stdio', '-q', '--no-children', '-s', 'dso,symbol',
                  stderr=subprocess.DEVNULL)
        print('\n'.join([l for l in text.splitlines() if l.strip()][:15]))
        text = sh('perf', 'report', '-i', data, '--stdio', '-q', '--no-children', '-s', 'dso', stderr=subprocess.DEVNULL)
        print('by object:\n' + '\n'.join([l for l in text.splitlines() if l.strip()][:8]))
    else:
        print('perf can not sample here')
    if shutil.which('strace'):
        how = {**how, 'cycles': 1}  # slow under strace
        subprocess.run(['strace', '-f', '-c', '-o', f'{WORK}/strace', *bench_command(url, **how)], **quiet)
        print('system calls per target:')
        for line in open(f'{WORK}/strace').read().splitlines()[2:]:
            f = line.split()
            if len(f) > 4 and f[3].isdigit() and f[-1] != 'total' and int(f[3]) >= 100:
                print(f'  {f[-1]:16} {int(f[3]) / how.get("n", 1000):6.2f}')


def main():
    os.makedirs(WORK)
    resource.setrlimit(resource.RLIMIT_NOFILE, (16384, 16384))
    start = time.time()
    make_network()
    make_certs()
    exporter = start_servers()
    measure_memory(exporter)
    speed = measure_rates(exporter)
    measure_size()
    show_table(speed)
    for p in profiles:
        show_profile(*p)
    print(f'\n{time.time() - start:.0f} s')
    for p in problems:
        print(f'BROKEN: {p}', file=sys.stderr)
    sys.exit(bool(problems))


main()
