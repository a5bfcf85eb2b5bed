#!/usr/bin/env python3
"""Turn a good sealed batch into a bad one, sealed again:  forge.py BOX_KEY_FILE BATCH KIND [KEY] >OUT

KIND: signature, magic, length, compression, bomb, country, region, future, ancient, epoch, foreign, no-results, or
reseal (unchanged content for another collector, whose public KEY is given). What is inside the signature is signed
again, by a key made here, so that only the named fault is left. The format: common/README.md.
libsodium and libzstd are called through ctypes.
"""
import ast
import base64
import ctypes
import hashlib
import json
import os
import re
import sys

SODIUM, ZSTD = ctypes.CDLL('libsodium.so.23'), ctypes.CDLL('libzstd.so.1')
ZSTD.ZSTD_compressBound.restype = ZSTD.ZSTD_compress.restype = ctypes.c_size_t
ZSTD.ZSTD_createDCtx.restype, ZSTD.ZSTD_decompress_usingDict.restype = ctypes.c_void_p, ctypes.c_size_t
ZSTD.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
ZSTD.ZSTD_compress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
ZSTD.ZSTD_decompress_usingDict.argtypes = [ctypes.c_void_p] + 3 * [ctypes.c_char_p, ctypes.c_size_t]
LENGTH, MAGIC, KEY, SIGNATURE, SEAL = 4, 4, 32, 64, 48
DAY_MS = 86400000


def open_sealed(sealed, secret):
    public, out = ctypes.create_string_buffer(KEY), ctypes.create_string_buffer(len(sealed) - SEAL)
    SODIUM.crypto_scalarmult_base(public, secret)
    if SODIUM.crypto_box_seal_open(out, sealed, ctypes.c_ulonglong(len(sealed)), public, secret):
        sys.exit('the batch is not for this key')
    return public.raw, out.raw


def seal(padded, public):
    out = ctypes.create_string_buffer(len(padded) + SEAL)
    SODIUM.crypto_box_seal(out, padded, ctypes.c_ulonglong(len(padded)), public)
    return out.raw


def pad(inner, length=None):
    size = 1024
    while size < len(inner) + LENGTH + SEAL:
        size *= 2
    head = (len(inner) if length is None else length).to_bytes(LENGTH, 'little')
    return (head + inner).ljust(size - SEAL, b'\0')


def compress(plain):
    out = ctypes.create_string_buffer(ZSTD.ZSTD_compressBound(len(plain)))
    size = ZSTD.ZSTD_compress(out, len(out), plain, len(plain), 9)
    return out.raw[:size]


def decompress(frame):
    """Frames point back into the prefix; those made here do not, and are read all the same."""
    text = open(os.path.join(os.path.dirname(__file__), '../../common/batch_prefix.def')).read()
    prefix = ''.join(map(ast.literal_eval, re.findall(r'^".*"$', text, re.M))).encode()
    out = ctypes.create_string_buffer(1 << 20)
    size = ZSTD.ZSTD_decompress_usingDict(ZSTD.ZSTD_createDCtx(), out, len(out), frame, len(frame), prefix, len(prefix))
    return out.raw[:size]


def sign(frame, collector):
    """-> inner bytes, by a fresh key"""
    public, secret = ctypes.create_string_buffer(KEY), ctypes.create_string_buffer(64)
    signature = ctypes.create_string_buffer(SIGNATURE)
    SODIUM.crypto_sign_keypair(public, secret)
    message = b'fanous batch v1\n' + collector + hashlib.sha256(frame).digest()
    SODIUM.crypto_sign_detached(signature, None, message, ctypes.c_ulonglong(len(message)), secret)
    return b'FNB1' + public.raw + signature.raw + frame


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def change_content(kind, plain):
    header, results = plain.split(b'\n', 1)
    fields = json.loads(header)
    days = {'future': 1, 'ancient': -500}.get(kind, 0)
    fields['t0'] += days * DAY_MS
    fields['epoch'] += days
    if kind == 'epoch':
        fields['epoch'] -= 30
    elif kind == 'country':
        fields['country'] = 'QQ'  # a control, in a region of another country
    elif kind == 'region':
        fields['region'] = 'IR-99'
    elif kind == 'no-results':
        results = b''
    elif kind == 'bomb':
        results = b' ' * (64 << 20)
    return json.dumps(fields, separators=(',', ':')).encode() + b'\n' + results


def forge(kind, inner, collector):
    """-> padded content, the public key to seal it to"""
    frame = inner[MAGIC + KEY + SIGNATURE:]
    if kind == 'reseal':
        return pad(inner), base64.urlsafe_b64decode(sys.argv[4] + '=')
    if kind == 'signature':
        return pad(flip(inner, MAGIC + KEY + 5)), collector
    if kind == 'magic':
        return pad(flip(inner, 3)), collector
    if kind == 'length':
        return pad(inner, 0xffffffff), collector
    if kind == 'compression':
        return pad(sign(flip(frame, len(frame) // 2)[:-3], collector)), collector
    if kind == 'foreign':           # signed for another collector, then sealed to this one
        return pad(sign(frame, flip(collector, 0))), collector
    return pad(sign(compress(change_content(kind, decompress(frame))), collector)), collector


def main():
    if SODIUM.sodium_init() < 0:
        sys.exit('libsodium')
    with open(sys.argv[1], 'rb') as f:
        secret = f.read()
    with open(sys.argv[2], 'rb') as f:
        collector, padded = open_sealed(f.read(), secret)
    inner = padded[LENGTH:LENGTH + int.from_bytes(padded[:LENGTH], 'little')]
    sys.stdout.buffer.write(seal(*forge(sys.argv[3], inner, collector)))


main()
