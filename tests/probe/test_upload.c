/* test_upload.c: a batch leaves the spool on its own receipt and on nothing else, over every way there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "probe/options.h"
#include "probe/spool.h"
#include "probe/upload.h"
#include "tests/probe/badnet.h"
#include "tests/probe/fakecollector.h"
#include "tests/probe/tempdir.h"

#define T0 1767889800000LL

struct place {
	struct event_base *base;
	struct conf *conf;
	char *dir;
	struct spool *spool;
	struct fake *fake;
	struct upload *upload;
	struct upload_outcome outcome;
	size_t done, progress;
};

static char err[512];

static void on_progress(void *arg, size_t sent, size_t waiting)
{
	struct place *p = arg;
	struct spool_info info;
	spool_info(p->spool, &info);
	assert_int_equal(sent, ++p->progress);
	assert_int_equal(waiting, info.batches);
}

static void on_done(void *arg, const struct upload_outcome *outcome)
{
	struct place *p = arg;
	p->done++;
	p->outcome = *outcome;
	event_base_loopbreak(p->base);
}

static void put(struct place *p, uint8_t n)
{
	uint8_t body[2048] = {n, n, n};
	assert_int_equal(spool_put(p->spool, body, body, sizeof(body), T0 + n), 0);
}

/* A spool with batches 1..n and a collector that answers so. */
static void open_place(struct place *p, uint8_t n, const enum fake_answer *script, const char *date)
{
	*p = (struct place){.base = event_base_new(), .dir = tempdir_new()};
	p->conf = conf_new(options_table, "X_");
	p->spool = spool_open(tempdir_path(p->dir, "spool"), 1 << 20, err, sizeof(err));
	assert_non_null(p->spool);
	for (uint8_t i = 1; i <= n; i++)
		put(p, i);
	if (script)
		p->fake = fake_new(p->base, script, date);
}

static void set(struct place *p, const char *flag, const char *format, unsigned int port)
{
	char value[128];
	snprintf(value, sizeof(value), "%s:%u", format, port);
	assert_int_equal(conf_set_flag(p->conf, flag, value, err, sizeof(err)), 0);
}

/* One session, with the routes that were set. */
static void send_allowed(struct place *p, uint64_t allowance)
{
	struct upload_observer observer = {on_progress, on_done, p};
	struct routes routes;
	size_t before = p->done;
	if (!p->upload) {
		assert_int_equal(routes_init(&routes, p->conf, err, sizeof(err)), 0);
		p->upload = upload_new(p->base, routes, p->spool, &observer);
	}
	p->progress = 0;
	assert_int_equal(upload_start(p->upload, allowance), 0);
	assert_true(upload_is_active(p->upload));
	assert_int_equal(upload_start(p->upload, allowance), -1); /* one at a time */
	assert_int_equal(p->done, before);			  /* never from inside */
	event_base_dispatch(p->base);
	assert_int_equal(p->done, before + 1);
	assert_false(upload_is_active(p->upload));
}

static void send_all(struct place *p)
{
	send_allowed(p, UINT64_MAX);
}

static size_t waiting(const struct place *p)
{
	struct spool_info info;
	spool_info(p->spool, &info);
	return info.batches;
}

static bool waits(const struct place *p, uint8_t n)
{
	struct spool_batch b = {.name = ""};
	while (spool_next(p->spool, *b.name ? b.name : NULL, &b))
		if (b.id[0] == n)
			return true;
	return false;
}

static void close_place(struct place *p)
{
	upload_free(p->upload);
	if (p->fake)
		fake_free(p->fake);
	spool_close(p->spool);
	conf_free(p->conf);
	tempdir_free(p->dir);
	event_base_free(p->base);
}

static void ends(const struct place *p, enum upload_end end, size_t sent, size_t left)
{
	if (p->outcome.end != end)
		fail_msg("ended %s: %s", upload_end_str(p->outcome.end), p->outcome.reason);
	assert_int_equal(p->outcome.sent, sent);
	assert_int_equal(waiting(p), left);
}

static void receipts(void **state)
{
	static const enum fake_answer script[] = {FAKE_NEW, FAKE_DUPLICATE, FAKE_NEW, FAKE_END};
	struct place p;
	(void)state;
	open_place(&p, 5, script, NULL);
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	ends(&p, UPLOAD_EMPTY, 5, 0);
	assert_true(p.outcome.bytes > 5 * 2048);
	assert_true(p.outcome.bytes < 5 * 4096); /* one connection for all */
	assert_int_equal(fake_requests(p.fake), 5);
	assert_int_equal(strncmp(fake_head(p.fake), "POST /api/v1/submit HTTP/1.1\r\n", 30), 0);
	assert_non_null(strstr(fake_head(p.fake), "Content-Type: application/octet-stream"));
	assert_null(strstr(fake_head(p.fake), "Expect:"));
	assert_null(strstr(fake_head(p.fake), "User-Agent"));
	assert_false(p.outcome.offset_known);
	send_all(&p); /* nothing waits: nothing is said */
	ends(&p, UPLOAD_EMPTY, 0, 0);
	assert_int_equal(fake_requests(p.fake), 5);
	close_place(&p);
}

/* Whatever is not a receipt for this batch leaves it where it is. */
static void no_receipt(void **state)
{
	static const struct {
		enum fake_answer answer;
		const char *reason;
	} list[] = {
		{FAKE_OTHER_ID, "another batch"},
		{FAKE_PORTAL, "no receipt"},
		{FAKE_BROKEN, "502"},
		{FAKE_BUSY, "429"},
		{FAKE_REDIRECT, "302"},
		{FAKE_HUGE, "longer"},
		{FAKE_CLOSE, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		enum fake_answer script[] = {list[i].answer, FAKE_END};
		struct place p;
		open_place(&p, 2, script, NULL);
		set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
		send_all(&p);
		ends(&p, UPLOAD_UNREACHABLE, 0, 2);
		if (!strstr(p.outcome.reason, list[i].reason))
			fail_msg("want '%s' in '%s'", list[i].reason, p.outcome.reason);
		assert_null(strstr(p.outcome.reason, "127.0.0.1")); /* reasons name no host */
		close_place(&p);
	}
}

static void nobody_there(void **state)
{
	struct place p;
	(void)state;
	open_place(&p, 1, NULL, NULL);
	send_all(&p);
	ends(&p, UPLOAD_UNREACHABLE, 0, 1);
	assert_non_null(strstr(p.outcome.reason, "no collector"));
	close_place(&p);

	open_place(&p, 1, NULL, NULL);
	set(&p, "collector", "http://127.0.0.1", 1);
	send_all(&p);
	ends(&p, UPLOAD_UNREACHABLE, 0, 1);
	close_place(&p);
}

static void next_way(void **state)
{
	static const enum fake_answer script[] = {FAKE_NEW, FAKE_END},
				      portal[] = {FAKE_PORTAL, FAKE_END};
	struct place p;
	(void)state;
	open_place(&p, 3, script, NULL);
	struct fake *other = fake_new(p.base, portal, NULL);
	set(&p, "collector", "http://127.0.0.1", 1);
	set(&p, "collector", "http://127.0.0.1", fake_port(other));
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	ends(&p, UPLOAD_EMPTY, 3, 0);
	assert_int_equal(fake_requests(other), 1); /* afterwards the way that worked is known */
	put(&p, 9);
	send_all(&p);
	ends(&p, UPLOAD_EMPTY, 1, 0);
	assert_int_equal(fake_requests(other), 1);
	fake_free(other);
	close_place(&p);
}

/* The proxy is tried after the direct way, and it is the proxy that looks the name up. */
static void proxy(void **state)
{
	static const enum fake_answer script[] = {FAKE_NEW, FAKE_END};
	struct place p;
	(void)state;
	open_place(&p, 2, script, NULL);
	set(&p, "collector", "http://collector.invalid", 8080);
	set(&p, "proxy", "socks5h://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	ends(&p, UPLOAD_EMPTY, 2, 0);
	assert_string_equal(fake_socks_name(p.fake), "collector.invalid");
	close_place(&p);
}

static void environment_is_no_way(void **state)
{
	static const enum fake_answer script[] = {FAKE_NEW, FAKE_END},
				      portal[] = {FAKE_PORTAL, FAKE_END};
	struct place p;
	char url[64];
	(void)state;
	open_place(&p, 1, script, NULL);
	struct fake *other = fake_new(p.base, portal, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", fake_port(other));
	setenv("http_proxy", url, 1);
	setenv("ALL_PROXY", url, 1);
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	ends(&p, UPLOAD_EMPTY, 1, 0);
	assert_int_equal(fake_requests(other), 0);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	fake_free(other);
	close_place(&p);
}

/* A refused batch stays and does not stop the others; the next session does not begin with it. */
static void refusals(void **state)
{
	static const enum fake_answer script[] = {FAKE_REFUSAL, FAKE_NEW, FAKE_NEW,
						  FAKE_NEW,	FAKE_NEW, FAKE_END};
	struct place p;
	(void)state;
	open_place(&p, 3, script, NULL);
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	ends(&p, UPLOAD_REFUSED, 2, 1);
	assert_int_equal(p.outcome.refused, 1);
	assert_string_equal(p.outcome.reason, "refused: not sealed to us");
	assert_true(waits(&p, 1));
	send_all(&p); /* a new pass: it is offered once more */
	ends(&p, UPLOAD_EMPTY, 1, 0);
	close_place(&p);
}

static void refused_in_a_row(void **state)
{
	static const enum fake_answer script[] = {FAKE_REFUSAL, FAKE_REFUSAL, FAKE_REFUSAL,
						  FAKE_NEW, FAKE_END};
	struct place p;
	(void)state;
	open_place(&p, 5, script, NULL);
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	ends(&p, UPLOAD_REFUSED, 0, 5);
	assert_int_equal(fake_requests(p.fake), 3);
	send_all(&p); /* goes on behind them */
	ends(&p, UPLOAD_REFUSED, 2, 3);
	assert_true(waits(&p, 1) && waits(&p, 2) && waits(&p, 3));
	send_all(&p);
	ends(&p, UPLOAD_EMPTY, 3, 0);
	close_place(&p);
}

/* One batch that something in between can't carry must not block all others for ever. */
static void one_broken_batch(void **state)
{
	static const enum fake_answer script[] = {FAKE_BROKEN, FAKE_NEW, FAKE_NEW, FAKE_BROKEN,
						  FAKE_END};
	struct place p;
	(void)state;
	open_place(&p, 3, script, NULL);
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	ends(&p, UPLOAD_UNREACHABLE, 0, 3);
	send_all(&p);
	ends(&p, UPLOAD_REFUSED, 2, 1);
	assert_true(waits(&p, 1));
	close_place(&p);
}

static void allowance(void **state)
{
	static const enum fake_answer script[] = {FAKE_NEW, FAKE_END};
	struct place p;
	(void)state;
	open_place(&p, 5, script, NULL);
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_allowed(&p, 1);
	ends(&p, UPLOAD_ALLOWANCE, 1, 4); /* one in any case */
	send_allowed(&p, 5500);		  /* two of 2,048 bytes, and what goes with them */
	ends(&p, UPLOAD_ALLOWANCE, 2, 2);
	assert_true(waits(&p, 4) && waits(&p, 5)); /* oldest first */
	close_place(&p);
}

static void offset(void **state)
{
	static const enum fake_answer script[] = {FAKE_NEW, FAKE_END},
				      portal[] = {FAKE_PORTAL, FAKE_END};
	struct place p;
	char date[64];
	time_t t = time(NULL) + 3600;
	(void)state;
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime(&t));
	open_place(&p, 1, script, date);
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	assert_true(p.outcome.offset_known);
	assert_in_range(p.outcome.offset_ms, 3600000 - 2000, 3600000 + 2000);
	close_place(&p);

	open_place(&p, 1, portal, date); /* whoever gives no receipt has no say on the time */
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	assert_false(p.outcome.offset_known);
	close_place(&p);

	open_place(&p, 1, script, "some day");
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	send_all(&p);
	assert_false(p.outcome.offset_known);
	close_place(&p);
}

static void given_up(void **state)
{
	static const enum fake_answer script[] = {FAKE_STALL, FAKE_END};
	struct timeval soon = {0, 100000};
	struct upload_observer observer;
	struct routes routes;
	struct place p;
	(void)state;
	open_place(&p, 1, script, NULL);
	set(&p, "collector", "http://127.0.0.1", fake_port(p.fake));
	observer = (struct upload_observer){on_progress, on_done, &p};
	assert_int_equal(routes_init(&routes, p.conf, err, sizeof(err)), 0);
	p.upload = upload_new(p.base, routes, p.spool, &observer);
	upload_start(p.upload, UINT64_MAX);
	event_base_loopexit(p.base, &soon);
	event_base_dispatch(p.base);
	assert_int_equal(fake_requests(p.fake), 1);
	assert_int_equal(p.done, 0);
	assert_int_equal(waiting(&p), 1);
	close_place(&p);
}

/* A batch goes only to who can show the certificate for the name. */
static void tls(void **state)
{
	static const struct {
		enum cert cert;
		bool good;
	} list[] = {{CERT_GOOD, true},
		    {CERT_WRONG_NAME, false},
		    {CERT_EXPIRED, false},
		    {CERT_SELF_SIGNED, false}};
	char reply[512], hex[2 * BATCH_ID + 1];
	uint8_t id[BATCH_ID] = {1, 1, 1};
	char *dir = tempdir_new(), *ca = xstrdup(tempdir_path(dir, "ca.pem"));
	struct badcert *certs = badcert_new(ca);
	(void)state;
	char *receipt = xasprintf("{\"batch\":\"%s\",\"status\":\"new\"}", batch_id_hex(hex, id));
	snprintf(reply, sizeof(reply), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
		 strlen(receipt), receipt);
	free(receipt);
	setenv("SSL_CERT_FILE", ca, 1);
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		struct bad_server server = {.cert = list[i].cert, .reply = reply};
		struct place p;
		open_place(&p, 1, NULL, NULL);
		struct badnet *net = badnet_new(p.base, certs);
		set(&p, "collector", "https://127.0.0.1", badnet_listen(net, &server));
		send_all(&p);
		if (list[i].good)
			ends(&p, UPLOAD_EMPTY, 1, 0);
		else
			ends(&p, UPLOAD_UNREACHABLE, 0, 1);
		badnet_free(net);
		close_place(&p);
	}
	badcert_free(certs);
	free(ca);
	tempdir_free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipts),
		cmocka_unit_test(no_receipt),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(next_way),
		cmocka_unit_test(proxy),
		cmocka_unit_test(environment_is_no_way),
		cmocka_unit_test(refusals),
		cmocka_unit_test(refused_in_a_row),
		cmocka_unit_test(one_broken_batch),
		cmocka_unit_test(allowance),
		cmocka_unit_test(offset),
		cmocka_unit_test(given_up),
		cmocka_unit_test(tls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
