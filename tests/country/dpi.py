#!/usr/bin/env python3
"""On-path censor:  dpi.py STATE_DIR BLOCKPAGE4 BLOCKPAGE6 DELAY_MS NETNS_FILE...

One process serves NFQUEUE 1 of every network namespace given. The packet's mark says which states apply
to it (bits as in lib.sh); STATE_DIR/names lists the censored names (a name covers its subdomains; "*"
covers all) and is read again whenever it changes. Python's standard library only: NFQUEUE is spoken over a
plain netlink socket, forged packets leave through raw sockets.
"""
import ctypes
import heapq
import os
import select
import socket
import struct
import sys
import time

POISON, RACE, NXDOMAIN, DNS_TIMEOUT, LIE, REFUSED = 0x1, 0x2, 0x4, 0x8, 0x10, 0x200
DNS_STATES = POISON | RACE | NXDOMAIN | DNS_TIMEOUT | LIE | REFUSED
SNI_RST, SNI_DROP, HTTP_INJECT, DELAY, INJECTED = 0x20, 0x40, 0x80, 0x100, 0x40000000
DROP, ACCEPT = 0, 1
RACE_S = 0.03                       # how long the true query is held back in dns-race
FIN, RST, PSH, ACK = 0x01, 0x04, 0x08, 0x10
TCP, UDP = 6, 17
FLOWS_MAX, HELLO_MAX = 4096, 8192   # ClientHellos under reassembly, bytes of one


# --- packets --------------------------------------------------------------------------------------
def checksum(data):
    if len(data) & 1:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip_packet(src, dst, proto, segment, at):
    """at: offset of the checksum in the segment."""
    if len(src) == 4:
        pseudo = src + dst + struct.pack('!BBH', 0, proto, len(segment))
    else:
        pseudo = src + dst + struct.pack('!IHBB', len(segment), 0, 0, proto)
    total = checksum(pseudo + segment) or 0xffff
    segment = segment[:at] + struct.pack('!H', total) + segment[at + 2:]
    if len(src) == 4:               # the kernel fills in the header checksum
        return struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(segment), 0, 0, 57, proto, 0,
                           src, dst) + segment
    return struct.pack('!IHBB', 0x60000000, len(segment), proto, 57) + src + dst + segment


def udp_packet(src, dst, sport, dport, data):
    return ip_packet(src, dst, UDP, struct.pack('!HHHH', sport, dport, 8 + len(data), 0) + data, 6)


def tcp_packet(src, dst, sport, dport, seq, ack, flags, data=b''):
    head = struct.pack('!HHIIBBHHH', sport, dport, seq & 0xffffffff, ack & 0xffffffff, 0x50, flags,
                       0xffff, 0, 0)
    return ip_packet(src, dst, TCP, head + data, 16)


class Packet:
    def __init__(self, raw):
        if raw[0] >> 4 == 4:
            self.src, self.dst, self.proto, at = raw[12:16], raw[16:20], raw[9], (raw[0] & 15) * 4
        else:
            self.src, self.dst, self.proto, at = raw[8:24], raw[24:40], raw[6], 40
        self.data, self.sport, self.dport = b'', 0, 0
        if self.proto not in (TCP, UDP):
            return
        self.sport, self.dport = struct.unpack_from('!HH', raw, at)
        if self.proto == UDP:
            self.data = raw[at + 8:]
        else:
            self.seq, self.ack = struct.unpack_from('!II', raw, at + 4)
            self.data = raw[at + (raw[at + 12] >> 4) * 4:]

    def reset_client(self):
        return tcp_packet(self.dst, self.src, self.dport, self.sport, self.ack,
                          self.seq + len(self.data), RST | ACK)

    def reset_server(self):
        return tcp_packet(self.src, self.dst, self.sport, self.dport, self.seq, self.ack, RST | ACK)


# --- what to look at ------------------------------------------------------------------------------
def dns_question(data):
    """-> name, type, offset after the question"""
    labels, i = [], 12
    while data[i]:
        labels.append(data[i + 1:i + 1 + data[i]].decode('latin1'))
        i += 1 + data[i]
    return '.'.join(labels), struct.unpack_from('!H', data, i + 1)[0], i + 5


def server_name(data):
    """Name in a TLS ClientHello: '' when there is none, None when more bytes are needed."""
    try:
        if data[0] != 0x16 or data[5] != 1:
            return ''
        i = 43
        i += 1 + data[i]                                    # session id
        i += 2 + struct.unpack_from('!H', data, i)[0]       # cipher suites
        i += 1 + data[i]                                    # compression
        end = i + 2 + struct.unpack_from('!H', data, i)[0]
        i += 2
        while i < end:
            kind, size = struct.unpack_from('!HH', data, i)
            if kind == 0:
                name = data[i + 9:i + 4 + size]
                return name.decode('latin1') if len(name) == size - 5 else None
            i += 4 + size
        return ''
    except (IndexError, struct.error):
        return None


def http_host(data):
    if data.split(b' ', 1)[0] not in (b'GET', b'HEAD', b'POST', b'PUT', b'OPTIONS', b'CONNECT'):
        return ''
    for line in data.split(b'\r\n')[1:]:
        if line[:5].lower() == b'host:':
            return line[5:].strip().decode('latin1').split(':')[0]
    return ''


def is_isp_resolver(addr):
    """198.19.x.53 or 2001:db8:x::53, see the address plan in lib.sh"""
    if len(addr) == 4:
        return addr[:2] == b'\xc6\x13' and addr[3] == 53
    return addr[:4] == b'\x20\x01\x0d\xb8' and addr[6:] == bytes(9) + b'\x53'


# --- judgement ------------------------------------------------------------------------------------
class Names:
    """The list of censored names, as the file has it now."""

    def __init__(self, path):
        self.path, self.stamp, self.set = path, None, set()

    def match(self, name):
        stamp = os.stat(self.path).st_mtime_ns
        if stamp != self.stamp:
            with open(self.path) as f:
                self.stamp, self.set = stamp, set(f.read().lower().split())
        if '*' in self.set:
            return True
        parts = name.lower().rstrip('.').split('.')
        return any('.'.join(parts[i:]) in self.set for i in range(len(parts)))


class Censor:
    def __init__(self, state_dir, page4, page6):
        self.names = Names(state_dir + '/names')
        self.page_addr = {1: socket.inet_aton(page4), 28: socket.inet_pton(socket.AF_INET6, page6)}
        page = ('<html><head><title>M1-6</title></head><body><iframe src="http://%s?type=Invalid Site'
                '&policy=MainPolicy"></iframe></body></html>' % page4).encode()
        self.page = (b'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s'
                     % (len(page), page))
        self.partial = {}           # flows whose ClientHello is not complete yet

    def judge(self, raw, mark):
        """-> verdict, forged packets"""
        p = Packet(raw)
        if p.proto == UDP and p.dport == 53 and mark & DNS_STATES:
            return self.judge_dns(p, mark)
        if p.proto == TCP and p.dport == 443 and mark & (SNI_RST | SNI_DROP):
            return self.judge_tls(p, mark)
        if p.proto == TCP and p.dport == 80 and mark & HTTP_INJECT:
            return self.judge_http(p)
        return ACCEPT, []

    def judge_dns(self, p, mark):
        name, qtype, end = dns_question(p.data)
        if not self.names.match(name):
            return ACCEPT, []
        if mark & DNS_TIMEOUT:
            return DROP, []
        if not mark & (POISON | RACE | NXDOMAIN | REFUSED) and not is_isp_resolver(p.dst):
            return ACCEPT, []       # dns-lie: only the ISP's own resolver lies
        rcode = 3 if mark & NXDOMAIN else 5 if mark & REFUSED else 0
        forged = self.forge_dns(p.data, qtype, end, rcode)
        return (ACCEPT if mark & RACE else DROP), [udp_packet(p.dst, p.src, 53, p.sport, forged)]

    def forge_dns(self, query, qtype, end, rcode):
        addr = self.page_addr.get(qtype) if rcode == 0 else None
        answer = struct.pack('!HHHIH', 0xc00c, qtype, 1, 300, len(addr)) + addr if addr else b''
        counts = struct.pack('!HHHHH', 0x8180 | rcode, 1, 1 if answer else 0, 0, 0)
        return query[:2] + counts + query[12:end] + answer

    def judge_tls(self, p, mark):
        flow = (p.src, p.dst, p.sport, p.dport)
        base, have = self.partial.pop(flow, (p.seq, b''))
        if p.seq == base + len(have):
            have += p.data
        else:
            base, have = p.seq, p.data
        name = server_name(have)
        if name is None and len(have) < HELLO_MAX:          # wait for the next segment
            if len(self.partial) > FLOWS_MAX:
                self.partial.clear()
            self.partial[flow] = (base, have)
        if not name or not self.names.match(name):
            return ACCEPT, []
        return DROP, [p.reset_client(), p.reset_server()] if mark & SNI_RST else []

    def judge_http(self, p):
        host = http_host(p.data)
        if not host or not self.names.match(host):
            return ACCEPT, []
        page = tcp_packet(p.dst, p.src, 80, p.sport, p.ack, p.seq + len(p.data), FIN | PSH | ACK,
                          self.page)
        return DROP, [page, p.reset_server()]


# --- NFQUEUE over netlink (linux/netfilter/nfnetlink_queue.h) ----------------------------------------
NFNL_SUBSYS_QUEUE = 3 << 8
MSG_PACKET, MSG_VERDICT, MSG_CONFIG = 0, 1, 2
CLONE_NEWNET, SO_RCVBUFFORCE, SOL_NETLINK, NETLINK_NO_ENOBUFS = 0x40000000, 33, 270, 5


def attribute(kind, value):
    return struct.pack('=HH', 4 + len(value), kind) + value + b'\0' * (-len(value) % 4)


class Queue:
    """NFQUEUE 1 of one namespace, and raw sockets in it. Sockets stay in the namespace they were made in."""

    def __init__(self, path):
        enter_netns(path)
        self.netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)    # NETLINK_NETFILTER
        self.netlink.bind((0, 0))
        try:
            self.netlink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        except PermissionError:                             # not real root
            self.netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.netlink.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
        self.send(MSG_CONFIG, attribute(1, struct.pack('!BxH', 1, 0)), 5)       # bind, acknowledged
        error = struct.unpack_from('=i', self.netlink.recv(4096), 16)[0]
        if error:
            raise OSError(-error, 'NFQUEUE bind', path)
        whole_packets = attribute(2, struct.pack('!IB', 0xffff, 2))
        self.send(MSG_CONFIG, whole_packets + attribute(3, struct.pack('!I', 4096)))
        self.raw = {}
        for family, size in ((socket.AF_INET, 4), (socket.AF_INET6, 16)):
            self.raw[size] = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
            self.raw[size].setsockopt(socket.SOL_SOCKET, socket.SO_MARK, INJECTED)

    def send(self, message, attributes, flags=1):
        head = struct.pack('=IHHIIBBH', 20 + len(attributes), NFNL_SUBSYS_QUEUE | message, flags, 0, 0,
                           0, 0, socket.htons(1))
        self.netlink.send(head + attributes)

    def verdict(self, packet_id, verdict):
        self.send(MSG_VERDICT, attribute(2, struct.pack('!II', verdict, packet_id)))

    def inject(self, packet):
        try:
            if packet[0] >> 4 == 4:
                self.raw[4].sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
            else:
                self.raw[16].sendto(packet, (socket.inet_ntop(socket.AF_INET6, packet[24:40]), 0))
        except OSError as e:
            print('inject:', e, flush=True)

    def packets(self):
        """Yields id, mark, bytes of what one datagram holds."""
        data, i = self.netlink.recv(1 << 17), 0
        while i + 20 <= len(data):
            size, kind = struct.unpack_from('=IH', data, i)
            if kind == NFNL_SUBSYS_QUEUE | MSG_PACKET:
                found = dict(attributes_of(data, i + 20, i + size))
                if 1 in found and 10 in found:
                    mark = struct.unpack('!I', found[3])[0] if 3 in found else 0
                    yield struct.unpack_from('!I', found[1])[0], mark, found[10]
            i += (size + 3) & ~3


def attributes_of(data, i, end):
    while i + 4 <= end:
        size, kind = struct.unpack_from('=HH', data, i)
        if size < 4:
            return
        yield kind & 0x3fff, data[i + 4:i + size]
        i += (size + 3) & ~3


def enter_netns(path):
    fd = os.open(path, os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), 'setns', path)
    os.close(fd)


def main():
    state_dir, page4, page6, delay_s = *sys.argv[1:4], float(sys.argv[4]) / 1000
    censor = Censor(state_dir, page4, page6)
    queues = {q.netlink.fileno(): q for q in map(Queue, sys.argv[5:])}
    poll, later, n = select.epoll(), [], 0
    for fd in queues:
        poll.register(fd, select.EPOLLIN)
    open(state_dir + '/dpi.ready', 'w').close()
    while True:
        wait = max(0, later[0][0] - time.monotonic()) if later else -1
        for fd, _ in poll.poll(wait):
            queue = queues[fd]
            for packet_id, mark, raw in queue.packets():
                try:
                    verdict, forged = censor.judge(raw, mark)
                except (IndexError, struct.error):
                    verdict, forged = ACCEPT, []
                for packet in forged:
                    queue.inject(packet)
                hold = (delay_s if mark & DELAY else 0) + (RACE_S if forged else 0)
                if verdict == ACCEPT and hold:
                    n += 1
                    heapq.heappush(later, (time.monotonic() + hold, n, queue, packet_id))
                else:
                    queue.verdict(packet_id, verdict)
        while later and later[0][0] <= time.monotonic():
            _, _, queue, packet_id = heapq.heappop(later)
            queue.verdict(packet_id, ACCEPT)


main()
