#!/usr/bin/env python3
"""Judge what a collector says of a scenario by the censor's truth log: states, mechanisms, events.

  scenario.py --truth LOG --views FOLDER --early FOLDER --early-at T --until T --settle S --visit S
              --bucket S --tolerance S

A folder has the answers of the API: SHAPE.timeline.json and SHAPE.events.json, SHAPE being cell, region, isp, country;
the early ones are from a time at which all was lost. Prints tables of what was compared, and a line for everything that
is wrong; exit 1 if there is any. Standard library only.

States. A row is compared when it lies wholly in one state of its cell, which began --settle seconds before it at the
least, and lasted --visit seconds beyond it (timeline.py). A row of a whole (a province, a network, the country) is
compared when all of its cells that can be judged agree; otherwise it may be anything between the best and the worst of
them. Every state that a cell goes through must have shown in two rows of it at the least. While it was lost nothing was
known but silence: that is in the early answers. Each of all states must have been there to be shown.

Mechanisms. A row of a cell names what the censor does there, and nothing that he does not; he does each of them.

Events of each kind (truth.py) are the true ones and no others, begin and end within --tolerance seconds of the change,
an end --visit seconds later at the most, since visits that began before it have still to time out; none ends or returns
on a list of allowed sites. The delay of detection is that of the early answers, since what
arrives late may make an event anew.
"""
import argparse
import collections
import datetime
import json
import os
import statistics
import sys

import truth

SHAPES = 'cell', 'region', 'isp', 'country'
RANK = {name: rank for rank, name in enumerate((
    'open', 'filtered', 'restricted', 'throttled', 'whitelist', 'domestic-only', 'partial-domestic', 'cut', 'no-link',
    'silent'))}
UNKNOWN = ('insufficient',), ('silent', 'insufficient')  # nobody can say: no part of a whole
HOLD, HOLD_OTHER = 60, 10  # buckets that a return has to last: of a loss, of any other kind
EARLY = 45  # seconds after which what lasts must have been found
SILENT_ROWS = 4  # of each cell, as long as it is lost


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()


def clock(t):
    return datetime.datetime.fromtimestamp(t).strftime('%H:%M:%S')


# --- the truth ---

class Span:
    """What the censor did to a cell for a while"""

    def __init__(self, begin, end, censor_state):
        self.begin, self.end = begin, end
        self.words, self.states = set(censor_state.split('+')), truth.published(censor_state)


class Visit:
    """One stay of a cell in one published state"""

    def __init__(self, span):
        self.begin, self.end, self.states, self.rows = span.begin, span.end, span.states, 0


def read_spans(path):
    return {cell: [Span(*span) for span in spans] for cell, spans in truth.read(path).items()}


def visits_of(spans):
    visits = []
    for span in spans:
        if visits and visits[-1].states == span.states:
            visits[-1].end = span.end
        else:
            visits.append(Visit(span))
    return visits


def holding(stays, row, options):
    """The span or visit that holds all of a row and enough on both sides of it, or None"""
    begin, end = row['begin'], row['begin'] + row['step']
    return next((stay for stay in stays
                 if stay.begin + options.settle <= begin and end <= stay.end - options.visit), None)


def name_of(item, shape):
    """How a series of a shape is called here: the words of its cells that it has"""
    return {'cell': '%s %s' % (item['isp'], item['region']), 'region': item['region'], 'isp': item['isp'],
            'country': 'country'}[shape]


def cells_of(name, cells):
    return [cell for cell in cells if name in ('country', cell) or name in cell.split()]


# --- states ---

class Tally:
    def __init__(self):
        self.rows, self.right = collections.Counter(), collections.Counter()

    def add(self, what, is_right):
        self.rows[what] += 1
        self.right[what] += is_right


def between(visits):
    """What may be said of a whole whose cells differ"""
    ranks = [RANK[state] for visit in visits for state in visit.states]
    return {state for state in RANK if min(ranks) <= RANK[state] <= max(ranks)}


def expected_of(row, shape, visits, options):
    """The states that a row may show, and their name; None when it is not compared"""
    stays = [holding(visits[cell], row, options) for cell in cells_of(row['name'], visits)]
    if None in stays:
        return None
    if shape == 'cell':
        stays[0].rows += 1
        return stays[0].states, ' or '.join(stays[0].states)
    stays = [visit for visit in stays if visit.states not in UNKNOWN]
    if len({visit.states for visit in stays}) == 1:
        return stays[0].states, ' or '.join(stays[0].states)
    return (between(stays), 'cells that differ') if stays else None


def judge_silence(spans, early, tally, options):
    """What was known of the cells that were lost, when none of them could report"""
    wrong = []
    for cell in sorted(spans):
        since = min(span.begin for span in spans[cell] if span.states[0] in truth.LOSS)
        known = [row for row in early if row['name'] == cell and row['begin'] >= since + options.settle]
        for row in known:
            if row['state'] == 'silent':
                tally.add('silent', True)
            elif (row['state'],) not in UNKNOWN:
                wrong.append('%s %s: known to be %s, before anything was' % (clock(row['begin']), cell, row['state']))
        n = sum(row['state'] == 'silent' for row in known)
        if n < SILENT_ROWS:
            wrong.append('%s: silent in only %d rows as it lasted' % (cell, n))
    return wrong


def tell_course(visits):
    """How much there is to be seen"""
    ways = collections.Counter('%s > %s' % (before.states[0], after.states[0])
                               for stays in visits.values() for before, after in zip(stays, stays[1:]))
    print('\n%d kinds of transitions between states, %d of them' % (len(ways), sum(ways.values())))
    for way in sorted(ways):
        print('%-40s%3d' % (way, ways[way]))


def judge_states(spans, rows, early, options):
    wrong, tallies = [], {shape: Tally() for shape in SHAPES}
    visits = {cell: visits_of(spans[cell]) for cell in spans}
    for shape in SHAPES:
        for row in rows[shape]:
            expected = expected_of(row, shape, visits, options)
            if not expected:
                continue
            tallies[shape].add(expected[1], row['state'] in expected[0])
            if row['state'] not in expected[0]:
                wrong.append('%s %s: %s (%s, revision %d) instead of %s' % (
                    clock(row['begin']), row['name'], row['state'], row['rule'], row['revision'], expected[1]))
    wrong += judge_silence(spans, early['cell'], tallies['cell'], options)
    print('%d changes of %d cells\n' % (len({span.begin for cell in spans for span in spans[cell]}), len(spans)))
    print('%-26s%s' % ('rows compared, right', ''.join('%14s' % shape for shape in SHAPES)))
    for name in sorted({name for tally in tallies.values() for name in tally.rows}):
        print('%-26s%s' % (name, ''.join('%8d %5d' % (tallies[shape].rows[name], tallies[shape].right[name])
                                         for shape in SHAPES)))
    for cell in sorted(visits):
        wrong += ['%s: only %d rows of %s from %s' % (cell, visit.rows, ' or '.join(visit.states), clock(visit.begin))
                  for visit in visits[cell] if visit.rows < 2]
    wrong += ['nothing was ever ' + state for state in (*RANK, 'insufficient') if not tallies['cell'].rows[state]]
    tell_course(visits)
    return wrong


# --- mechanisms ---

def judge_mechanisms(spans, rows, options):
    """While a cell is not lost: then everything fails, in ways that say nothing"""
    wrong, tally, false = [], Tally(), collections.Counter()
    for row in rows['cell']:
        span = holding(spans[row['name']], row, options)
        if not span or span.states in UNKNOWN or span.states[0] in truth.LOSS:
            continue
        named = {name for name, count in row['mechanisms'].items() if 2 * count['n'] > count['of']}
        due = {truth.MECHANISMS[word] for word in span.words if word in truth.MECHANISMS}
        for name in due:
            tally.add(name, name in named)
        false.update(named - due)
        for name in named ^ due:
            wrong.append('%s %s: %s is %s' % (clock(row['begin']), row['name'], name,
                                              'not named' if name in due else 'named, and nobody does it'))
    print('\n%-26s%14s%14s' % ('mechanism', 'rows, named', 'falsely'))
    for name in sorted({*tally.rows, *false}):
        print('%-26s%8d %5d%14d' % (name, tally.rows[name], tally.right[name], false[name]))
    return wrong + ['nobody ever did ' + name for name in sorted({*truth.MECHANISMS.values()} - {*tally.rows})]


# --- events ---

class Course:
    """How many of some cells show a kind of event, as time goes by"""

    def __init__(self, kind, cells):
        self.kind, self.cells = kind, cells
        self.moments = sorted({span.begin for spans in cells for span in spans})

    def shows(self, span):
        """True, False, or None when that can't be known: of one cut off only that it is"""
        if span.states in UNKNOWN:
            return None
        is_lost = span.states[0] in truth.LOSS
        if self.kind == 'loss':
            return is_lost
        return None if is_lost else not span.words.isdisjoint(truth.SIGNS[self.kind])

    def at(self, t):
        """Cells that show it, cells that are known"""
        now = [self.shows(span) for spans in self.cells for span in spans if span.begin <= t < span.end]
        return sum(x is True for x in now), sum(x is not None for x in now)

    def is_seen(self, begin, end):
        """Does any cell show it at some time in between?"""
        return any(self.shows(span) and span.begin < end and begin < span.end
                   for spans in self.cells for span in spans)

    def events(self, hold):
        """(first, last), (back, all back): the moments between which the cells began to show it, and stopped; the latter
        None while it lasts. Only what was absent before can begin, and it has when all cells show it; a return that was
        not held is none."""
        events, is_on, absent, first, back, before = [], False, False, None, None, 0
        for t in self.moments:
            showing, known = self.at(t)
            if known and not is_on:
                first = (first or t) if showing else None
                if showing == len(self.cells) and absent:
                    is_on, back = True, None
                    if events and t < events[-1][1][1] + hold:
                        events[-1][1] = None
                    else:
                        events.append([(first, t), None])
            elif is_on and showing < before:
                back = back or t
            if is_on and known and not showing:
                events[-1][1], is_on, first = (back, t), False, None
            absent = absent or (known and not showing)
            before = showing
        return events


def distance(t, window):
    return max(window[0] - t, t - window[1], 0)


def judge_end(event, ends, hold, options):
    """What is wrong with it, or None"""
    ended = event['end'] and seconds(event['end'])
    if ended and (not ends or ended < ends[0] - options.tolerance):
        return 'ended at %s, but what it tells of goes on' % clock(ended)
    if ended and ended > ends[1] + options.tolerance + options.visit:
        return 'ended at %s instead of %s' % (clock(ended), clock(ends[1]))
    if not ended and ends and ends[1] + hold + options.tolerance + options.visit < options.until:
        return 'has not ended, but all is as before since %s' % clock(ends[1])
    return None


class Score:
    def __init__(self):
        self.true, self.missed, self.false, self.errors, self.delays, self.wrong = 0, 0, 0, [], [], []

    def judge(self, name, course, events, early, options):
        hold = options.bucket * (HOLD if course.kind == 'loss' else HOLD_OTHER)
        for onset, ends in course.events(hold):
            self.true += 1
            mine = [e for e in events if seconds(e['onset']) < (ends[1] if ends else truth.NEVER) and
                    (not e['end'] or seconds(e['end']) > onset[0])]
            if not mine:
                self.missed += 1
                self.wrong.append('%s: no event of %s since %s' % (name, course.kind, clock(onset[1])))
                continue
            events.remove(mine[0])
            self.compare(mine[0], onset, judge_end(mine[0], ends, hold, options), options)
            self.judge_early(mine[0], name, onset, early, options)
        for event in events:
            if not course.is_seen(seconds(event['onset']) - options.tolerance,
                                  event['end'] and seconds(event['end']) or truth.NEVER):
                self.false += 1
                self.wrong.append('%s: event %s, of nothing that happened' % (name, event['id']))

    def compare(self, event, onset, end_is_wrong, options):
        self.errors.append(distance(seconds(event['onset']), onset))
        if end_is_wrong:
            self.wrong.append('event %s %s' % (event['id'], end_is_wrong))
        if self.errors[-1] > options.tolerance:
            self.wrong.append('event %s: its onset is %.1f s off' % (event['id'], self.errors[-1]))

    def judge_early(self, event, name, onset, early, options):
        """What was known of it while it lasted, under the same name"""
        if onset[1] + EARLY > options.early_at:
            return
        known = [e for e in early if seconds(e['onset']) <= onset[1] + options.tolerance and
                 (not e['end'] or seconds(e['end']) > onset[0])]
        self.delays += [seconds(e['detected']) - onset[1] for e in known[:1]]
        if not known:
            self.wrong.append('%s: %s since %s was not told of while it lasted' % (name, event['kind'], clock(onset[1])))
        elif event['id'] not in [e['id'] for e in known]:
            self.wrong.append('event %s has become %s' % (known[0]['id'], event['id']))

    def __str__(self):
        return '%6d%7d%6d   %s' % (self.true, self.missed, self.false, '   '.join(
            '%6.1f%6.1f' % (statistics.median(values), max(values)) for values in (self.errors, self.delays) if values))


def judge_events(spans, rows, answers, early_answers, options):
    wrong = []
    print('\n%-15s%-8s%9s%7s%6s   %s' % ('events', '', 'true', 'missed', 'false',
                                      'onset error s   delay s (median, most of each)'))
    for kind in ('loss', *truth.SIGNS):
        for shape in SHAPES:
            score = Score()
            for name in sorted({row['name'] for row in rows[shape]}):
                course = Course(kind, [spans[cell] for cell in cells_of(name, spans)])
                events, early = ([event for event in some[shape]['events']
                                  if event['kind'] == kind and name_of(event, shape) == name]
                                 for some in (answers, early_answers))
                score.judge(name, course, events, early, options)
            print('%-15s%-8s   %s' % (kind, shape, score))
            wrong += score.wrong
    return wrong


def judge_allowlists(spans, rows, answers, options):
    """While only allowed sites answer nothing has returned"""
    wrong, n = [], 0
    for cell in sorted(spans):
        stays = [span for span in spans[cell] if span.states == ('whitelist',)]
        for event in answers['cell']['events']:
            moments = [event['end'], event['returning_since'], event['returns']['last']]
            if event['kind'] == 'loss' and name_of(event, 'cell') == cell:
                wrong += ['event %s returns at %s, on a list of allowed sites' % (event['id'], moment)
                          for moment in moments if moment for span in stays
                          if span.begin <= seconds(moment) < span.end - options.tolerance]
        for row in rows['cell']:
            if row['name'] == cell and any(s.begin <= row['begin'] and row['begin'] + row['step'] <= s.end for s in stays):
                n += 1
                if row['state'] in RANK and RANK[row['state']] < RANK['whitelist']:
                    wrong.append('%s %s: allowed sites are called %s' % (clock(row['begin']), cell, row['state']))
    print('\nallowed sites only: %d rows, %d times called a return' % (n, len(wrong)))
    return wrong


# --- all of it ---

def read_answers(folder):
    answers = {}
    for shape in SHAPES:
        answers[shape] = {}
        for kind in 'timeline', 'events':
            with open(os.path.join(folder, '%s.%s.json' % (shape, kind))) as file:
                answers[shape].update(json.load(file))
    return answers


def rows_of(answers, until):
    """Those that were over by then, each with its name and beginning"""
    rows = {}
    for shape in SHAPES:
        rows[shape] = [dict(row, name=name_of(row, shape), begin=seconds(row['start']))
                       for row in answers[shape]['rows']]
        rows[shape] = [row for row in rows[shape] if row['begin'] + row['step'] <= until]
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--truth', required=True)
    parser.add_argument('--views', required=True)
    parser.add_argument('--early', required=True)
    for name in 'early-at', 'until', 'settle', 'visit', 'bucket', 'tolerance':
        parser.add_argument('--' + name, type=float, required=True)
    options = parser.parse_args()
    spans, answers, early = read_spans(options.truth), read_answers(options.views), read_answers(options.early)
    rows = rows_of(answers, options.until)
    wrong = judge_states(spans, rows, rows_of(early, options.early_at), options) + \
        judge_mechanisms(spans, rows, options) + \
        judge_events(spans, rows, answers, early, options) + judge_allowlists(spans, rows, answers, options)
    for line in wrong:
        print('WRONG', line)
    sys.exit(1 if wrong else 0)


main()
