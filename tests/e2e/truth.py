"""What the censor did, and what follows from it for whoever measures: the truth log of tests/country. Standard
library only."""
import collections
import json
import sys

NEVER = float('inf')

# What is published while the censor does this: the first row all of whose words are among the censor's decides. A probe
# whose power is cut says nothing: whether the rest is called silent depends on how much there was to be heard.
PUBLISHED = (
    ('power-cut', ('silent', 'insufficient')),
    ('power-part', ('insufficient',)),
    ('no-link', ('no-link',)),
    ('total-cut', ('cut',)),
    ('intl-cut nin-part', ('partial-domestic',)),
    ('intl-cut', ('domestic-only',)),
    ('intl-allowlist', ('whitelist',)),
    ('throttle', ('throttled',)),
    ('udp443-drop', ('restricted',)),
    ('ipv6-cut', ('restricted',)),
    ('dns-poison', ('filtered',)),
    ('dns-nxdomain', ('filtered',)),
    ('dns-timeout', ('filtered',)),
    ('dns-refused', ('filtered',)),
    ('tls-sni-rst', ('filtered',)),
    ('tls-sni-drop', ('filtered',)),
    ('tcp-drop', ('filtered',)),
    ('tcp-rst', ('filtered',)),
    ('http-blockpage', ('filtered',)),
    ('report-cut', ('open',)),
    ('normal', ('open',)),
)


# What a probe can name while the censor does this.
MECHANISMS = {
    'dns-poison': 'dns-lie', 'dns-nxdomain': 'dns-block', 'dns-timeout': 'dns-block', 'dns-refused': 'dns-block',
    'tcp-drop': 'tcp-drop', 'tcp-rst': 'tcp-reset', 'tls-sni-rst': 'sni-reset', 'tls-sni-drop': 'sni-drop',
    'http-blockpage': 'http-blockpage', 'udp443-drop': 'quic-drop', 'ipv6-cut': 'ipv6-loss', 'throttle': 'throttle'}

# A kind of event, and what of the censor's it is about; `tools-blocked` of a tool that has a listed name and address.
SIGNS = {
    'quic-lost': ('udp443-drop',), 'ipv6-lost': ('ipv6-cut',), 'throttled': ('throttle',),
    'dns-blocked': ('udp53-drop',),
    'tools-blocked': ('dns-poison', 'dns-nxdomain', 'dns-timeout', 'dns-refused', 'tcp-drop', 'tcp-rst', 'tls-sni-rst',
                      'tls-sni-drop')}
LOSS = 'whitelist', 'domestic-only', 'partial-domestic', 'cut', 'no-link'


def published(censor_state):
    """The states that may be published while the censor does this"""
    words = set(censor_state.split('+'))
    for needed, states in PUBLISHED:
        if words.issuperset(needed.split()):
            return states
    sys.exit('no expectation for censor state ' + censor_state)


def read(path):
    """cell -> [(from, until, censor state)], a cell named "AS64497 IR-00"; the moments at which a change was being made
    belong to neither side of it"""
    spans = collections.defaultdict(list)
    with open(path) as log:
        for line in log:
            change = json.loads(line)
            for cell, state in change['cells'].items():
                last = spans[cell][-1] if spans[cell] else None
                if last and last[2] == state:
                    continue
                if last:
                    spans[cell][-1] = (last[0], change['start'], last[2])
                spans[cell].append((change['end'], NEVER, state))
    return spans
