#!/usr/bin/env python3
# The font of Persian pages has every letter that they write, says so to browsers, and is small: font.py
# Letters are those of the texts and of the names in the folders of countries.
import glob
import os
import re
import sys

from fontTools.ttLib import TTFont

FONT, STYLE, TEXTS = 'collector/web/vazirmatn.woff2', 'collector/web/style.css', 'collector/lang/fa.def'
BYTES_MAX = 25 * 1024


def letters():
	text = open(TEXTS, encoding='utf-8').read()
	found = {ch for ch in text if ord(ch) > 126}
	found |= {chr(int(code, 16)) for code in re.findall(r'\\u([0-9a-f]{4})', text)}
	for path in glob.glob('configs/countries/*/*.tsv') + glob.glob('configs/countries/*/country.conf'):
		found |= {ch for ch in open(path, encoding='utf-8').read() if '\u0600' <= ch <= '\u06ff' or ch == '\u200c'}
	return found - set('\u2066\u2069')  # isolates: they order what is between them and are not drawn


def ranges(css):
	face = re.search(r'@font-face \{[^}]*unicode-range: ([^;}]+)', css).group(1)
	for part in face.split(','):
		first, _, last = part.strip().removeprefix('U+').partition('-')
		yield from range(int(first, 16), int(last or first, 16) + 1)


wrong = []
cmap = TTFont(FONT).getBestCmap()
said = set(ranges(open(STYLE, encoding='utf-8').read()))
wanted = letters()
for ch in sorted(wanted):
	if ord(ch) not in cmap:
		wrong.append(f'{FONT}: lacks U+{ord(ch):04X}')
	if ord(ch) not in said:
		wrong.append(f'{STYLE}: unicode-range lacks U+{ord(ch):04X}')
wrong += [f'{STYLE}: unicode-range has U+{code:04X}, the font has not' for code in sorted(said - set(cmap))]
if len(wanted) < 50:
	wrong.append(f'{TEXTS}: only {len(wanted)} letters')
if os.path.getsize(FONT) > BYTES_MAX:
	wrong.append(f'{FONT}: {os.path.getsize(FONT)} bytes, at most {BYTES_MAX}')
print('\n'.join(wrong) if wrong else f'ok   {FONT}: {os.path.getsize(FONT)} bytes, {len(wanted)} letters in use')
sys.exit(1 if wrong else 0)
