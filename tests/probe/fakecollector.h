/* fakecollector.h: something on 127.0.0.1 that answers uploads as told, in the event loop of the
 * test; behind a SOCKS5 proxy if it is spoken to as one. The first 32 bytes of a body are taken for
 * the id of the batch. */
#ifndef TESTS_PROBE_FAKECOLLECTOR_H
#define TESTS_PROBE_FAKECOLLECTOR_H

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct fake; /* opaque */

enum fake_answer {
	FAKE_END, /* of a script: the last answer goes on */
	FAKE_NEW,
	FAKE_DUPLICATE,
	FAKE_OTHER_ID, /* a receipt for another batch */
	FAKE_PORTAL,   /* 200 and a page, as a captive portal answers */
	FAKE_REFUSAL,  /* 400 and a problem document */
	FAKE_BUSY,     /* 429 and a problem document */
	FAKE_BROKEN,   /* 502 and a page */
	FAKE_REDIRECT, /* to itself */
	FAKE_HUGE,     /* a receipt followed by more than anybody should read */
	FAKE_CLOSE,    /* no answer, the connection ends */
	FAKE_STALL,    /* no answer at all */
};

/* script is borrowed; one answer per request. date is the text of the Date header, NULL for none. */
struct fake *fake_new(struct event_base *base, const enum fake_answer *script, const char *date);
void fake_free(struct fake *f);
uint16_t fake_port(const struct fake *f);
size_t fake_requests(const struct fake *f);
/* Head of the last request, and the name that the SOCKS client asked for ("" for an address or no proxy). */
const char *fake_head(const struct fake *f);
const char *fake_socks_name(const struct fake *f);

#endif
