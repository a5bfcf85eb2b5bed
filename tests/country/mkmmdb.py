#!/usr/bin/env python3
"""country.sh nets | mkmmdb.py OUT_DIR   -> OUT_DIR/city.mmdb, OUT_DIR/asn.mmdb  (standard library only)

Input, tab separated: CIDR ASN ORGANISATION COUNTRY REGION REGION_NAME ("-" where there is none), REGION as in
ISO 3166-2. The records have the GeoLite2 City and ASN shape, so a program reads them as it reads the real files.
"""
import ipaddress
import struct
import sys
import time


class U16(int):
    """An integer that the format stores as uint16."""


class U64(int):
    """An integer that the format stores as uint64."""


def head(kind, size):
    first, extended = (kind << 5, b'') if kind < 8 else (0, bytes([kind - 7]))
    if size < 29:
        return bytes([first | size]) + extended
    if size < 285:
        return bytes([first | 29]) + extended + bytes([size - 29])
    return bytes([first | 30]) + extended + struct.pack('!H', size - 285)


def encode(value):
    """MaxMind DB file format 2.0, "Output Data Section"."""
    if isinstance(value, str):
        data = value.encode()
        return head(2, len(data)) + data
    if isinstance(value, int):
        data = int(value).to_bytes(8, 'big').lstrip(b'\0')
        kind = 5 if isinstance(value, U16) else 9 if isinstance(value, U64) else 6
        return head(kind, len(data)) + data
    if isinstance(value, list):
        return head(11, len(value)) + b''.join(map(encode, value))
    return head(7, len(value)) + b''.join(encode(k) + encode(v) for k, v in value.items())


class Tree:
    """The search tree; insert shorter prefixes first, longer ones refine them."""

    def __init__(self):
        self.nodes, self.data, self.offsets = [[None, None]], b'', {}

    def leaf(self, record):
        data = encode(record)
        if data not in self.offsets:
            self.offsets[data] = len(self.data)
            self.data += data
        return ('data', self.offsets[data])

    def insert(self, bits, length, value):
        at = 0
        for i in range(length):
            side = bits >> (127 - i) & 1
            if i == length - 1:
                self.nodes[at][side] = value
                return
            below = self.nodes[at][side]
            if not isinstance(below, int):
                self.nodes.append([below, below])
                below = self.nodes[at][side] = len(self.nodes) - 1
            at = below

    def node(self, bits, length):
        at = 0
        for i in range(length):
            at = self.nodes[at][bits >> (127 - i) & 1]
        return at

    def record(self, value):
        if value is None:
            return len(self.nodes)                      # "not found"
        return value if isinstance(value, int) else len(self.nodes) + 16 + value[1]

    def write(self, path, kind):
        metadata = dict(
            binary_format_major_version=U16(2), binary_format_minor_version=U16(0),
            build_epoch=U64(time.time()), database_type=kind, description={'en': 'simulated country'},
            ip_version=U16(6), languages=['en'], node_count=len(self.nodes), record_size=U16(24))
        with open(path, 'wb') as f:
            for left, right in self.nodes:
                f.write(self.record(left).to_bytes(3, 'big') + self.record(right).to_bytes(3, 'big'))
            f.write(bytes(16) + self.data + b'\xab\xcd\xefMaxMind.com' + encode(metadata))


def city_record(country, region, name):
    record = {'country': {'iso_code': country}, 'registered_country': {'iso_code': country}}
    if region != '-':               # GeoLite2 gives the subdivision without the country: "23", not "IR-23"
        record['subdivisions'] = [{'iso_code': region[3:], 'names': {'en': name}}]
    return record


def main():
    city, asn = Tree(), Tree()
    rows = [line.rstrip('\n').split('\t') for line in sys.stdin if line.strip()]
    for cidr, number, organisation, country, region, name in sorted(
            rows, key=lambda row: ipaddress.ip_network(row[0]).prefixlen):
        network = ipaddress.ip_network(cidr)
        bits = int(network.network_address)
        length = network.prefixlen + (96 if network.version == 4 else 0)
        city.insert(bits, length, city.leaf(city_record(country, region, name)))
        asn.insert(bits, length, asn.leaf({'autonomous_system_number': int(number),
                                           'autonomous_system_organization': organisation}))
    for tree, name in ((city, 'City'), (asn, 'ASN')):
        # ::ffff:a.b.c.d (IPv4 on a dual-stack socket) finds the IPv4 entry
        tree.insert(0xffff << 32, 96, tree.node(0, 96))
        tree.write('%s/%s.mmdb' % (sys.argv[1], name.lower()), 'Test-GeoLite2-' + name)


main()
