/* schedule.h: when to measure next, and in which order. Pure: history, time and randomness are
 * arguments.
 *
 * Cycles must not stand out on the wire as a clock tick: the gap between two is half the
 * interval plus an exponential of mean half the interval (a shifted Poisson process), never more
 * than twice the interval, so that a cell of the timeline rarely stays empty. */
#ifndef PROBE_SCHEDULE_H
#define PROBE_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds until the next cycle; u is a uniform random number. */
int64_t schedule_gap_ms(int64_t interval_ms, uint64_t u);

/* Fills order with 0..n-1, shuffled (Fisher-Yates); next_random gives uniform 64-bit numbers. */
void schedule_shuffle(size_t *order, size_t n, uint64_t (*next_random)(void *arg), void *arg);

/* Brings an order into turns: one of each group, then the next of each, and so on, so that any
 * first part of it has all groups. Within a group the order stays. group[i] says of which group
 * item i is. */
void schedule_take_turns(size_t *order, size_t n, const unsigned char *group);

/* Wait before the k-th retry of an upload (k from 0): 5 s doubling to 15 min, each spread by
 * +-25%. */
int64_t schedule_backoff_ms(unsigned int k, uint64_t u);

#endif
