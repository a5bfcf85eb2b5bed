/* symptom.h: how a target fails, as mechanisms (mechanism.def), from the steps of one visit. Pure.
 *
 *	what was forged	 a fingerprint, an address that can't be true, a further, different answer to a
 *			 question, an answer that controls contradict: always counts, whatever else
 *			 succeeded
 *	names		 count when no question of the visit was answered
 *	addresses	 a failure counts when no address of the same family led to the target
 *	IPv6		 connections that fail over IPv6 alone while IPv4 connects are IPV6_LOSS, and no other
 *	handshakes	 a broken one is laid to the name in it, unless the same address breaks one with a
 *			 harmless name too: then to the address */
#ifndef COLLECTOR_SYMPTOM_H
#define COLLECTOR_SYMPTOM_H

#include <stdint.h>

#include "collector/visit.h"

/* A bit for each enum mechanism that was seen. */
uint32_t symptom_find(const struct visit *v);
/* Step i passed, and controls do not contradict it. */
bool symptom_is_good(const struct visit *v, size_t i);
/* It is the answer that was expected from the target. */
bool symptom_is_success(const struct visit *v, size_t i);

#endif
