/* test_live.c: the stream: what a reader gets, misses and gets back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/live.h"
#include "common/clock.h"
#include "tests/collector/web.h"

static const struct series country = {.isp = ISP_ANY, .access = ACCESS_ANY};
static const struct series tehran = {.region = "IR-23", .isp = ISP_ANY, .access = ACCESS_ANY};

/* A step that has ended. */
static int64_t some_step(void)
{
	int64_t now = clock_wall_ms();
	return now - now % WEB_STEP_MS - 4 * WEB_STEP_MS;
}

static void change(struct web *w, const struct series *s, int64_t start_ms, uint32_t n)
{
	struct views_listener l = live_listener(w->api.live);
	struct row r = {.series = *s, .start_ms = start_ms, .step_ms = WEB_STEP_MS};
	web_put_row(w, s, start_ms, STATE_DOMESTIC_ONLY, n, 0);
	l.row(l.arg, &r);
}

static int open_stream(struct web *w, const char *query, const char *last_id)
{
	char request[256];
	int fd = web_connect(w);
	snprintf(request, sizeof(request), "GET /api/v1/stream?%s HTTP/1.1\r\n%s%s%s\r\n", query,
		 last_id ? "Last-Event-ID: " : "", last_id ? last_id : "", last_id ? "\r\n" : "");
	assert_int_equal(web_send(w, fd, request, strlen(request)), 0);
	return fd;
}

static void read_until(struct web *w, int fd, struct buf *out, const char *until)
{
	if (!web_read(w, fd, out, until, 3000))
		fail_msg("'%s' did not come: %s", until, out->data ? out->data : "");
}

static void copy_id(char *out, size_t outlen, const char *text)
{
	const char *id = strstr(text, "id: ");
	assert_non_null(id);
	snprintf(out, outlen, "%.*s", (int)strcspn(id + 4, "\n"), id + 4);
}

static void test_row(void **state)
{
	struct web *w = *state;
	struct buf out;
	int fd = open_stream(w, "", NULL);
	read_until(w, fd, &out, "retry: 5000\n\n");
	assert_non_null(strstr(out.data, "Content-Type: text/event-stream\r\n"));
	assert_non_null(strstr(out.data, "X-Accel-Buffering: no\r\n"));
	buf_clear(&out);
	change(w, &tehran, some_step(), 20);
	read_until(w, fd, &out, "}\n\n");
	assert_non_null(strstr(out.data, "\nevent: row\ndata: {\"start\":\""));
	assert_non_null(strstr(out.data, "\"region\":\"IR-23\""));
	assert_non_null(strstr(out.data, "\"probes\":20"));
	buf_clear(&out);
	/* Below the threshold nothing of the figures comes through. */
	change(w, &tehran, some_step() + WEB_STEP_MS, 3);
	read_until(w, fd, &out, "}\n\n");
	assert_non_null(strstr(out.data, "\"state\":\"insufficient\""));
	assert_non_null(strstr(out.data, "\"probes\":null"));
	buf_clear(&out);
	close(fd);
}

static void test_event(void **state)
{
	struct web *w = *state;
	struct views_listener l = live_listener(w->api.live);
	struct event e = {
		.id = "x", .state = STATE_CUT, .series = country, .onset_ms = some_step()};
	struct buf out;
	int fd = open_stream(w, "by=country", NULL);
	read_until(w, fd, &out, "retry: 5000\n\n");
	buf_clear(&out);
	l.event(l.arg, &e);
	read_until(w, fd, &out, "}\n\n");
	assert_non_null(strstr(out.data, "\nevent: event\ndata: {\"id\":\"x\",\"state\":\"cut\""));
	buf_clear(&out);
	close(fd);
}

static void test_filter(void **state)
{
	struct web *w = *state;
	struct buf out;
	int fd = open_stream(w, "by=country", NULL);
	read_until(w, fd, &out, "retry: 5000\n\n");
	buf_clear(&out);
	change(w, &tehran, some_step(), 20);
	change(w, &country, some_step(), 300);
	read_until(w, fd, &out, "}\n\n");
	assert_null(strstr(out.data, "IR-23"));
	assert_non_null(strstr(out.data, "\"probes\":300"));
	buf_clear(&out);
	close(fd);
}

static void test_resume(void **state)
{
	struct web *w = *state;
	struct buf out;
	char id[64];
	int fd = open_stream(w, "", NULL);
	read_until(w, fd, &out, "retry: 5000\n\n");
	buf_clear(&out);
	change(w, &tehran, some_step(), 20);
	read_until(w, fd, &out, "}\n\n");
	copy_id(id, sizeof(id), out.data);
	buf_clear(&out);
	close(fd);
	change(w, &tehran, some_step(), 21);
	change(w, &tehran, some_step(), 22);
	web_turn(w);
	fd = open_stream(w, "", id);
	read_until(w, fd, &out, "\"probes\":22,");
	assert_null(strstr(out.data, "event: reset"));
	assert_null(strstr(out.data, "\"probes\":20,"));
	buf_clear(&out);
	close(fd);
	static const char *const strange[] = {"1-1", "x", "999999", "-"};
	for (size_t i = 0; i < 4; i++) {
		fd = open_stream(w, "", strange[i]);
		read_until(w, fd, &out, "event: reset\ndata: {}\n\n");
		buf_clear(&out);
		close(fd);
	}
}

/* Reads a stream up to a row of `last` probes, closes it, and checks that each row from `first` on came once, in order. */
static void read_rows(struct web *w, int fd, uint32_t first, uint32_t last, char *id, size_t idlen)
{
	char text[32];
	struct buf out;
	snprintf(text, sizeof(text), "\"probes\":%u,", last);
	read_until(w, fd, &out, text);
	assert_null(strstr(out.data, "event: reset"));
	const char *p = out.data;
	for (uint32_t n = first; n <= last; n++) {
		p = strstr(p, "\nevent: row\n");
		assert_non_null(p);
		snprintf(text, sizeof(text), "\"probes\":%u,", n);
		p = strstr(p, "\"probes\":");
		if (strncmp(p, text, strlen(text)))
			fail_msg("%s instead of %.20s", text, p);
	}
	assert_null(strstr(p, "\nevent: row\n"));
	while ((p = strstr(out.data, "id: "))) {
		copy_id(id, idlen, p);
		memmove(out.data, p + 4, strlen(p + 4) + 1);
	}
	buf_clear(&out);
	close(fd);
}

/* However often a reader is cut off, he gets every row once: also when nothing had come when he was cut off for the first time. */
static void test_nothing_lost(void **state)
{
	struct web *w = *state;
	struct buf out;
	char id[64];
	uint32_t n = 10;
	const int64_t at = some_step();
	int fd = open_stream(w, "region=IR-23", NULL);
	read_until(w, fd, &out, "retry: 5000\n\n");
	copy_id(id, sizeof(id), out.data);
	buf_clear(&out);
	close(fd);
	for (int cut = 0; cut < 20; cut++) {
		uint32_t first = n;
		for (int i = 0; i < cut % 4; i++) /* while he is away */
			change(w, &tehran, at + i * WEB_STEP_MS, n++);
		change(w, &country, at, 300);
		if (cut % 3)
			web_turn(w);
		fd = open_stream(w, "region=IR-23", id);
		if (cut % 2)
			web_turns(w, 5);
		change(w, &tehran, at + 3 * WEB_STEP_MS, n++);
		read_rows(w, fd, first, n - 1, id, sizeof(id));
	}
}

/* What came after the id is no longer all there: a reset, never a part of it; the last that is kept is enough. */
static void test_too_old(void **state)
{
	struct web *w = *state;
	struct views_listener l = live_listener(w->api.live);
	struct event e = {
		.id = "x", .state = STATE_CUT, .series = country, .onset_ms = some_step()};
	struct buf out;
	char first[64], second[64];
	int fd = open_stream(w, "", NULL);
	read_until(w, fd, &out, "retry: 5000\n\n");
	copy_id(first, sizeof(first), out.data);
	buf_clear(&out);
	l.event(l.arg, &e);
	read_until(w, fd, &out, "}\n\n");
	copy_id(second, sizeof(second), out.data);
	buf_clear(&out);
	close(fd);
	for (int i = 0; i < 4096; i++)
		l.event(l.arg, &e);
	fd = open_stream(w, "", first);
	read_until(w, fd, &out, "retry: 5000\n\n");
	assert_non_null(strstr(out.data, "event: reset\ndata: {}\n\n"));
	assert_null(strstr(out.data, "event: event"));
	buf_clear(&out);
	close(fd);
	fd = open_stream(w, "", second);
	read_until(w, fd, &out, "retry: 5000\n\n");
	assert_null(strstr(out.data, "event: reset"));
	size_t n = 0;
	for (const char *p = out.data; (p = strstr(p, "event: event")); p++)
		n++;
	assert_int_equal(n, 4096);
	buf_clear(&out);
	close(fd);
}

/* More changes than are kept: one reset instead, also for who comes back later. */
static void test_flood(void **state)
{
	struct web *w = *state;
	struct views_listener l = live_listener(w->api.live);
	struct row r = {.series = tehran, .start_ms = some_step(), .step_ms = WEB_STEP_MS};
	struct buf out;
	char id[64];
	int fd = open_stream(w, "", NULL);
	read_until(w, fd, &out, "retry: 5000\n\n");
	buf_clear(&out);
	change(w, &tehran, some_step(), 20);
	read_until(w, fd, &out, "}\n\n");
	copy_id(id, sizeof(id), out.data);
	buf_clear(&out);
	for (int i = 0; i < 5000; i++)
		l.row(l.arg, &r);
	read_until(w, fd, &out, "event: reset\ndata: {}\n\n");
	assert_null(strstr(out.data, "event: row"));
	buf_clear(&out);
	close(fd);
	change(w, &tehran, some_step(), 23);
	fd = open_stream(w, "", id);
	read_until(w, fd, &out, "\"probes\":23,");
	assert_non_null(strstr(out.data, "event: reset"));
	buf_clear(&out);
	close(fd);
}

/* A step of a large country: more text at once than may ever wait for a reader who reads nothing. All who read get all of it,
 * each message once, whoever came when. */
static void test_whole_country(void **state)
{
	struct web *w = *state;
	struct series s = {.region = "IR-23", .access = ACCESS_MOBILE};
	struct buf out;
	int fds[3];
	for (size_t i = 0; i < 3; i++) {
		fds[i] = open_stream(w, i % 2 ? "by=isp" : "", NULL);
		read_until(w, fds[i], &out, "retry: 5000\n\n");
		buf_clear(&out);
	}
	for (s.isp = 1; s.isp <= 2000; s.isp++)
		change(w, &s, some_step(), 20);
	change(w, &country, some_step(), 300);
	for (size_t i = 0; i < 3; i += 2) {
		size_t n = 0;
		read_until(w, fds[i], &out, "\"isp\":\"AS2000\"");
		assert_true(out.len > 1024 * 1024);
		for (const char *p = out.data; (p = strstr(p, "event: row")); p++)
			n++;
		assert_int_equal(n, 2001); /* the country's comes first */
		buf_clear(&out);
	}
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
}

/* Readers who leave while others read on. */
static void test_come_and_go(void **state)
{
	struct web *w = *state;
	struct live_stats stats;
	struct buf out;
	int fds[20];
	for (int i = 0; i < 20; i++)
		fds[i] = open_stream(w, i % 2 ? "" : "region=IR-23", NULL);
	for (int i = 0; i < 20; i += 3)
		close(fds[i]);
	for (int i = 0; i < 10; i++) {
		change(w, &tehran, some_step(), (uint32_t)(20 + i));
		web_turn(w);
	}
	read_until(w, fds[1], &out, "\"probes\":29,");
	buf_clear(&out);
	for (int i = 0; i < 20; i++)
		if (i % 3)
			close(fds[i]);
	for (int i = 0; i < 50; i++)
		web_turn(w);
	change(w, &tehran, some_step(), 40);
	for (int i = 0; i < 50; i++)
		web_turn(w);
	live_stats(w->api.live, &stats);
	assert_int_equal(stats.readers, 0);
	assert_int_equal(stats.rows, 11);
}

/* One who does not read is cut off, and the others go on. */
static void test_slow_reader(void **state)
{
	struct web *w = *state;
	struct views_listener l = live_listener(w->api.live);
	struct event e = {
		.id = "x", .state = STATE_CUT, .series = country, .onset_ms = some_step()};
	struct live_stats stats;
	struct server_stats server;
	struct buf out;
	int slow = open_stream(w, "", NULL), good = open_stream(w, "region=IR-23", NULL);
	read_until(w, good, &out, "retry: 5000\n\n");
	buf_clear(&out);
	for (int i = 0; i < 40000; i++) {
		l.event(l.arg, &e);
		if (i % 100 == 0)
			web_turn(w);
	}
	for (int64_t end = clock_mono_ms() + 3000; clock_mono_ms() < end;) {
		web_turn(w);
		live_stats(w->api.live, &stats);
		if (stats.readers == 1)
			break;
	}
	assert_int_equal(stats.readers, 1);
	server_stats(w->api.server, &server);
	assert_true(server.buffered_bytes < 10000);
	change(w, &tehran, some_step(), 20);
	read_until(w, good, &out, "\"probes\":20,");
	buf_clear(&out);
	close(slow);
	close(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_row, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_event, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_filter, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_resume, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_nothing_lost, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_too_old, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_whole_country, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_flood, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_come_and_go, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_slow_reader, web_setup, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
