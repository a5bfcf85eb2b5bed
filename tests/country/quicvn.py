#!/usr/bin/env python3
"""What the sites of the country answer on UDP port 443:  quicvn.py ADDRESS...

A QUIC server that knows versions 1 and 2 and never gets as far as a handshake: a first datagram with
any other version is answered with the versions it knows (RFC 9000 section 6), everything else with
silence. Python's standard library only.
"""
import select
import socket
import struct
import sys

VERSIONS = (0x00000001, 0x6b3343cf)     # RFC 9000, RFC 9369
LONG_HEADER, FIXED = 0x80, 0x40
FIRST_MIN = 1200                        # a client's first datagram is at least that long (section 14.1)


def answer(data):
    """-> a Version Negotiation packet (section 17.2.1), or None"""
    if len(data) < FIRST_MIN or not data[0] & LONG_HEADER:
        return None
    version = struct.unpack_from('!I', data, 1)[0]
    if version == 0 or version in VERSIONS:
        return None
    end = 6 + data[5]
    dcid, scid = data[6:end], data[end + 1:end + 1 + data[end]]
    return (struct.pack('!BIB', LONG_HEADER | FIXED, 0, len(scid)) + scid +     # swapped
            struct.pack('!B', len(dcid)) + dcid + struct.pack('!%dI' % len(VERSIONS), *VERSIONS))


def listen(address):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 443))
    return s


def main():
    sockets = [listen(address) for address in sys.argv[1:]]
    while True:
        for s in select.select(sockets, [], [])[0]:
            try:
                data, peer = s.recvfrom(2048)
                reply = answer(data)
                if reply:
                    s.sendto(reply, peer)
            except (OSError, IndexError, struct.error):
                pass                    # a peer that went away, or a packet that ends too early


main()
