/* upload.c: one POST per batch. The body is the spooled file as it is; the answer is read up to
 * RECEIPT_MAX and believed only if it is a receipt for exactly this batch, over verified TLS where
 * the URL says https. */
#include "probe/upload.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "probe/loop_curl.h"
#include "probe/receipt.h"
#include "probe/spool.h"

#define CONNECT_TIMEOUT_MS 20000
/* The collector gives a request HTTP_REQUEST_TIMEOUT_S; half a minute more for connecting and its
 * disk. */
#define TOTAL_TIMEOUT_MS   ((HTTP_REQUEST_TIMEOUT_S + 30) * 1000L)
#define REQUEST_BYTES	   300	 /* of our own head, as good as always the same */
#define CONNECT_BYTES	   5500	 /* of TCP and TLS with a chain of usual length */
#define REFUSED_IN_A_ROW   3	 /* then it is the collector, not the batch */
#define OFFSET_EXCHANGE_MS 30000 /* a slower exchange says too little about the clock */

struct upload {
	struct routes routes;
	struct spool *spool; /* borrowed */
	struct upload_observer observer;
	struct loop_curl *curl;
	struct event *kick; /* starts a session from the loop */
	struct curl_slist *headers;

	bool active;
	uint64_t allowance;
	struct upload_outcome outcome;
	size_t way;    /* the k-th of routes */
	bool answered; /* some way had an answer for this batch, if not a receipt */
	unsigned int refused_in_a_row;
	char passed[SPOOL_NAME]; /* batches up to this one were refused; "" at the start of a pass
				  */

	struct spool_batch batch; /* being sent */
	struct buf content, answer;
	int64_t begun_ms;	       /* monotonic */
	int64_t date_ms, date_seen_ms; /* the answer's Date and our wall clock then; -1 for none */
	CURL *easy;
	struct loop_curl_transfer *transfer;
};

static void send_next(struct upload *u);

const char *upload_end_str(enum upload_end end)
{
	static const char *const names[] = {
		[UPLOAD_EMPTY] = "empty",
		[UPLOAD_ALLOWANCE] = "allowance",
		[UPLOAD_REFUSED] = "refused",
		[UPLOAD_UNREACHABLE] = "unreachable",
	};
	return names[end];
}

static void __attribute__((format(printf, 2, 3))) set_reason(struct upload *u, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(u->outcome.reason, sizeof(u->outcome.reason), fmt, ap);
	va_end(ap);
}

static void end_transfer(struct upload *u)
{
	loop_curl_drop(u->transfer);
	u->transfer = NULL;
	if (u->easy)
		curl_easy_cleanup(u->easy);
	u->easy = NULL;
	buf_clear(&u->answer);
}

static void finish(struct upload *u, enum upload_end end)
{
	buf_clear(&u->content);
	u->active = false;
	u->outcome.end = end;
	struct upload_outcome outcome = u->outcome;
	u->observer.done(u->observer.arg, &outcome);
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct upload *u = arg;
	return buf_put(&u->answer, data, size * n) < 0 ? 0 : size * n;
}

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct upload *u = arg;
	char date[64];
	size_t len = size * n;
	if (len > 5 && len < sizeof(date) && !strncasecmp(data, "date:", 5)) {
		snprintf(date, sizeof(date), "%.*s", (int)(len - 5), data + 5);
		time_t t = curl_getdate(date, NULL);
		u->date_ms = t < 0 ? -1 : (int64_t)t * 1000;
		u->date_seen_ms = clock_wall_ms();
	}
	return len;
}

/* Only what must differ from libcurl's defaults. */
static void set_options(struct upload *u, const struct route *route)
{
	CURL *easy = u->easy;
	curl_easy_setopt(easy, CURLOPT_URL, route->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY,
			 route->proxy ? route->proxy : ""); /* not $https_proxy */
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, TOTAL_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, u->content.data);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)u->content.len);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, u->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, u);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, u);
	/* The bundle file alone: with the folder too, libcurl can't keep the parsed store between
	 * transfers (7.87 and later), which costs 20 ms each (measured). */
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	const char *ca_file = getenv("SSL_CERT_FILE"); /* as OpenSSL's own programs have it */
	if (ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
}

static void learn_offset(struct upload *u)
{
	if (u->date_ms < 0 || clock_mono_ms() - u->begun_ms > OFFSET_EXCHANGE_MS)
		return;
	u->outcome.offset_known = true;
	/* Date is cut to whole seconds: half of one is the better guess. */
	u->outcome.offset_ms = u->date_ms + 500 - u->date_seen_ms;
}

/* CURLINFO_REQUEST_SIZE is no help: it has the body in it, or a part (7.88.1). */
static void count_bytes(struct upload *u)
{
	curl_off_t up = 0, down = 0;
	long header = 0, connects = 0;
	curl_easy_getinfo(u->easy, CURLINFO_SIZE_UPLOAD_T, &up);
	curl_easy_getinfo(u->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
	curl_easy_getinfo(u->easy, CURLINFO_HEADER_SIZE, &header);
	curl_easy_getinfo(u->easy, CURLINFO_NUM_CONNECTS, &connects);
	u->outcome.bytes += (uint64_t)(up + down) + (uint64_t)header + REQUEST_BYTES +
			    (uint64_t)connects * CONNECT_BYTES;
}

enum answer { ANSWER_RECEIPT, ANSWER_REFUSAL, ANSWER_NONE };

static enum answer read_answer(struct upload *u, CURLcode code)
{
	struct receipt receipt;
	char problem[144];
	long status = 0;
	const char *body = u->answer.data ? u->answer.data : "", *why;
	if (code != CURLE_OK) {
		set_reason(u, "%s",
			   u->answer.overflow ? "an answer longer than any receipt"
					      : curl_easy_strerror(code));
		return ANSWER_NONE;
	}
	curl_easy_getinfo(u->easy, CURLINFO_RESPONSE_CODE, &status);
	bool good = status >= 200 && status < 300;
	if (good && !(why = receipt_parse(&receipt, body, u->answer.len, u->batch.id)))
		return ANSWER_RECEIPT;
	/* 408 and 429 ask for another attempt later; they say nothing about the batch. */
	if (status >= 400 && status < 500 && status != 408 && status != 429 &&
	    receipt_problem(problem, sizeof(problem), body, u->answer.len)) {
		set_reason(u, "refused: %s", problem);
		return ANSWER_REFUSAL;
	}
	if (good)
		set_reason(u, "the answer is no receipt: %s", why);
	else
		set_reason(u, "answered with status %ld", status);
	return ANSWER_NONE;
}

/* This batch stays; the session goes on behind it. */
static void pass_over(struct upload *u)
{
	memcpy(u->passed, u->batch.name, sizeof(u->passed));
}

static void on_receipt(struct upload *u)
{
	struct spool_info info;
	learn_offset(u);
	routes_remember(&u->routes, u->way);
	u->refused_in_a_row = 0;
	u->outcome.sent++;
	if (spool_drop(u->spool, u->batch.name) < 0) {
		log_warn("cannot remove a batch that was sent"); /* or it would be sent for ever */
		pass_over(u);
	}
	spool_info(u->spool, &info);
	u->observer.progress(u->observer.arg, u->outcome.sent, info.batches);
}

static void on_done(void *arg, CURLcode code)
{
	struct upload *u = arg;
	enum answer answer = read_answer(u, code);
	count_bytes(u);
	if (answer == ANSWER_RECEIPT)
		on_receipt(u);
	end_transfer(u);
	if (answer == ANSWER_NONE) {
		u->answered |= code == CURLE_OK;
		u->way++;
	} else { /* done with this batch */
		u->answered = false;
		u->way = 0;
	}
	if (answer == ANSWER_REFUSAL) {
		pass_over(u);
		u->outcome.refused++;
		if (++u->refused_in_a_row == REFUSED_IN_A_ROW) {
			finish(u, UPLOAD_REFUSED);
			return;
		}
	}
	send_next(u);
}

/* The next batch with its content; 0 at the end of the pass. */
static int load_batch(struct upload *u)
{
	while (spool_next(u->spool, *u->passed ? u->passed : NULL, &u->batch)) {
		buf_clear(&u->content);
		if (spool_read(u->spool, u->batch.name, &u->content) == 0)
			return 1;
		if (errno == ENOENT) /* another process sent it */
			continue;
		log_warn("cannot read a waiting batch");
		pass_over(u);
	}
	return 0;
}

/* All were offered; the next session begins at the head again, with what was passed over. */
static void finish_pass(struct upload *u)
{
	bool left = *u->passed != '\0';
	*u->passed = '\0';
	if (left && !*u->outcome.reason)
		set_reason(u, "what did not get through before waits for the next time");
	finish(u, left ? UPLOAD_REFUSED : UPLOAD_EMPTY);
}

static void send_next(struct upload *u)
{
	if (!load_batch(u)) {
		finish_pass(u);
		return;
	}
	if (u->outcome.sent && u->outcome.bytes + u->content.len > u->allowance) {
		finish(u, UPLOAD_ALLOWANCE);
		return;
	}
	const struct route *route = routes_at(&u->routes, u->way);
	if (!route) {
		if (!u->routes.n)
			set_reason(u, "no collector is set");
		/* Something may be wrong with this very batch (a proxy that finds it too large):
		 * the next session begins with the next one, or one file could block all others. */
		if (u->answered)
			pass_over(u);
		finish(u, UPLOAD_UNREACHABLE);
		return;
	}
	buf_init(&u->answer, RECEIPT_MAX);
	u->date_ms = -1;
	u->begun_ms = clock_mono_ms();
	u->easy = curl_easy_init();
	if (u->easy) {
		set_options(u, route);
		u->transfer = loop_curl_start(u->curl, u->easy, on_done, u);
	}
	if (!u->transfer) {
		set_reason(u, "libcurl does not start a transfer");
		end_transfer(u);
		finish(u, UPLOAD_UNREACHABLE);
	}
}

static void on_kick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_next(arg);
}

struct upload *upload_new(struct event_base *base, struct routes routes, struct spool *spool,
			  const struct upload_observer *observer)
{
	struct upload *u = xcalloc(1, sizeof(*u));
	u->routes = routes;
	u->spool = spool;
	u->observer = *observer;
	u->curl = loop_curl_new(base);
	u->kick = evtimer_new(base, on_kick, u);
	/* "Expect:" keeps libcurl from waiting for a 100 that a middlebox swallowed. */
	u->headers = curl_slist_append(NULL, "Content-Type: application/octet-stream");
	u->headers = curl_slist_append(u->headers, "Accept: application/json");
	u->headers = curl_slist_append(u->headers, "Expect:");
	if (!u->kick || !u->headers)
		abort();
	return u;
}

void upload_free(struct upload *u)
{
	if (!u)
		return;
	end_transfer(u);
	buf_clear(&u->content);
	event_free(u->kick);
	loop_curl_free(u->curl);
	curl_slist_free_all(u->headers);
	routes_clear(&u->routes);
	free(u);
}

int upload_start(struct upload *u, uint64_t allowance)
{
	if (u->active)
		return -1;
	u->active = true;
	u->allowance = allowance;
	u->outcome = (struct upload_outcome){0};
	u->way = 0;
	u->answered = false;
	u->refused_in_a_row = 0;
	struct timeval now = {0};
	evtimer_add(u->kick, &now);
	return 0;
}

bool upload_is_active(const struct upload *u)
{
	return u->active;
}
