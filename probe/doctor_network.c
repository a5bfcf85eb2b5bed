/* doctor_network.c: the link and the name servers, looked at by the runner that measures; and the ways
 * to the collector, as uploads take them (libcurl looks names up differently, and speaks to proxies):
 * each is connected, https with its certificate verified, and closed again before a request is
 * sent. */
#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/commands.h"
#include "probe/consent.h"
#include "probe/doctor.h"
#include "probe/loop_curl.h"
#include "probe/route.h"

/* Nobody who waits for a doctor waits for longer; a circuit of Tor takes its time. */
#define STEP_TIMEOUT_MS	   5000
#define CONNECT_TIMEOUT_MS 10000L

struct ways;

struct way {
	struct ways *ways;
	const struct route *route;
	CURL *easy;			     /* owned */
	struct loop_curl_transfer *transfer; /* owned */
	CURLcode code;
};

/* One of [dns] resolver, and what it did when it was asked for the collector's name. */
struct asked {
	const char *name;
	bool any, answers;
	enum failure why;
};

struct ways {
	struct doctor *doctor;
	struct event_base *base;
	struct routes routes;
	struct way *list; /* owned, one per route */
	size_t open, pending;
	struct targets target; /* the first collector that has a name, or nothing */
	struct asked *asked;   /* owned, n_asked */
	size_t n_asked;
	bool intercepted;
	bool named;  /* resolv.conf has a server */
	bool silent; /* without consent to sending the collector is not gone to */
};

/* HOST:PORT of a URL, without user, password and path; owned, or NULL. */
static char *host_and_port(const char *url)
{
	char *host = NULL, *port = NULL, *both = NULL;
	CURLU *u = curl_url();
	if (u && !curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) &&
	    !curl_url_get(u, CURLUPART_HOST, &host, 0)) {
		bool known = !curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
		both = xasprintf("%s:%s", host, known ? port : "1080"); /* of SOCKS: RFC 1928 */
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return both;
}

static void end_one(struct ways *w)
{
	if (--w->pending == 0)
		event_base_loopbreak(w->base);
}

/* --- link and name servers --- */

static void see_answer(struct ways *w, const char *resolver, bool answers, enum failure why)
{
	for (size_t i = 0; resolver && i < w->n_asked; i++) {
		struct asked *a = &w->asked[i];
		if (strcmp(a->name, resolver))
			continue;
		a->any = true;
		a->answers |= answers;
		if (!answers)
			a->why = why;
	}
}

static void see_link(struct ways *w, enum failure why, const struct result *r)
{
	w->named = r->v[RESULT_NS] == 1;
	if (r->v[RESULT_NSUP] >= 0) /* it was asked for something that any resolver knows */
		see_answer(w, "system", r->v[RESULT_NSUP] == 1, FAIL_DNS_TIMEOUT);
	if (why != FAIL_NONE)
		doctor_say(w->doctor, DOCTOR_PROBLEM, "link",
			   "cable, Wi-Fi, SIM and router: there is nothing to measure with; the "
			   "probe keeps that too",
			   "%s", failure_meaning(why));
	else
		doctor_say(w->doctor, DOCTOR_OK, "link", NULL, "address (%s%s%s) and gateway",
			   r->v[RESULT_IPV4] == 1 ? "IPv4" : "",
			   r->v[RESULT_IPV4] == 1 && r->v[RESULT_IPV6] == 1 ? ", " : "",
			   r->v[RESULT_IPV6] == 1 ? "IPv6" : "");
}

/* A refusal is an answer: this is about the server, not about the name. */
static bool is_answer(enum failure why)
{
	return why == FAIL_NONE || (failure_class(why) == FCLASS_DNS && why != FAIL_DNS_TIMEOUT &&
				    why != FAIL_DNS_UNREACHABLE);
}

static void on_step(void *arg, const struct runner_step *step)
{
	struct ways *w = arg;
	enum failure why = (enum failure)step->result->v[RESULT_FAILURE];
	if (step->result->kind == KIND_LINK)
		see_link(w, why, step->result);
	else if (step->result->kind == KIND_GUARD)
		w->intercepted |= why == FAIL_INTERCEPTED;
	else if (step->result->kind == KIND_DNS)
		see_answer(w, step->resolver, is_answer(why), why);
}

static void on_done(void *arg)
{
	end_one(arg);
}

/* The runner knows questions only as the beginning of a target, so the connection that follows is one
 * more to the collector. */
static void find_name(struct ways *w)
{
	char err[512];
	struct target *t = xcalloc(1, sizeof(*t));
	w->target.list = t;
	for (size_t i = 0; i < w->routes.n && !w->target.n; i++) {
		char *name = host_and_port(w->routes.list[i].url);
		char *text = xasprintf("tcp://%s", name ? name : "");
		bool usable = targets_parse_one(t, text, err, sizeof(err)) == 0;
		w->target.n = usable && strspn(t->host, "0123456789.") != strlen(t->host) &&
			      !strchr(t->host, ':');
		free(text);
		free(name);
	}
}

/* --- ways --- */

static void on_connected(void *arg, CURLcode code)
{
	struct way *way = arg;
	way->code = code;
	way->ways->open += code == CURLE_OK;
	end_one(way->ways);
}

static void start_way(struct ways *w, struct way *way, struct loop_curl *loop)
{
	const char *ca_file = getenv("SSL_CERT_FILE");
	CURL *easy = way->easy = curl_easy_init();
	curl_easy_setopt(easy, CURLOPT_URL, way->route->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, way->route->proxy ? way->route->proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	if (ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	way->code = CURLE_FAILED_INIT;
	way->ways = w;
	way->transfer = loop_curl_start(loop, easy, on_connected, way);
	w->pending += way->transfer != NULL;
}

static void look(struct ways *w, struct runner_config *config)
{
	static const size_t order[] = {0};
	struct runner_observer observer = {on_step, on_done, w};
	config->private_too = true; /* a collector in the house */
	if (config->check_timeout_ms > STEP_TIMEOUT_MS)
		config->check_timeout_ms = STEP_TIMEOUT_MS;
	w->base = command_base();
	struct runner *runner = runner_new(w->base, config);
	struct loop_curl *loop = loop_curl_new(w->base);
	w->pending = 1;
	for (size_t i = 0; i < w->routes.n; i++) {
		w->list[i].route = &w->routes.list[i];
		start_way(w, &w->list[i], loop);
	}
	if (runner_start(runner, &w->target, order, w->target.n, true, &observer) == 0)
		event_base_dispatch(w->base);
	for (size_t i = 0; i < w->routes.n; i++) {
		loop_curl_drop(w->list[i].transfer);
		curl_easy_cleanup(w->list[i].easy);
	}
	loop_curl_free(loop);
	runner_free(runner);
	event_base_free(w->base);
}

/* --- saying --- */

static void say_resolvers(struct ways *w)
{
	for (size_t i = 0; i < w->n_asked; i++) {
		const struct asked *a = &w->asked[i];
		bool is_system = !strcmp(a->name, "system");
		/* The first one's answers are gone by, the others are for comparison. */
		enum doctor_grade bad = i ? DOCTOR_WARNING : DOCTOR_PROBLEM;
		if (is_system && !w->named)
			doctor_say(w->doctor, bad, "resolver",
				   "reconnect to the network, or set [dns] resolver",
				   "system: /etc/resolv.conf names no usable name server");
		else if (!a->any)
			doctor_say(w->doctor, DOCTOR_OK, "resolver", NULL,
				   "%s: there, not asked (there is no collector's name to ask for)",
				   a->name);
		else if (a->answers)
			doctor_say(w->doctor, DOCTOR_OK, "resolver", NULL, "%s: answers", a->name);
		else
			doctor_say(w->doctor, bad, "resolver",
				   "in a blackout this is what is measured; otherwise try another "
				   "[dns] resolver",
				   "%s: %s", a->name, failure_meaning(a->why));
	}
}

static void say_way(struct ways *w, const struct way *way)
{
	char *host = host_and_port(way->route->url);
	char *proxy = way->route->proxy ? host_and_port(way->route->proxy) : NULL;
	const char *where = host ? host : way->route->url;
	const char *via = proxy ? " through " : "", *by = proxy ? proxy : "";
	if (way->code == CURLE_OK)
		doctor_say(w->doctor, DOCTOR_OK, "collector", NULL, "%s%s%s lets us in", where, via,
			   by);
	else if (w->open) /* one way is enough: the others wait until it fails */
		doctor_say(w->doctor, DOCTOR_WARNING, "collector", NULL, "%s%s%s: %s", where, via,
			   by, curl_easy_strerror(way->code));
	else
		doctor_say(w->doctor, DOCTOR_PROBLEM, "collector",
			   proxy ? "is the proxy running? results wait in the spool"
				 : "results wait in the spool; a [collector] proxy may be a way",
			   "%s%s%s: %s", where, via, by, curl_easy_strerror(way->code));
	free(proxy);
	free(host);
}

static void say_ways(struct ways *w)
{
	for (size_t i = 0; i < w->routes.n; i++)
		say_way(w, &w->list[i]);
	if (w->silent)
		doctor_say(w->doctor, DOCTOR_OK, "collector", NULL,
			   "not gone to: you have not agreed to sending");
	else if (!w->routes.n)
		doctor_say(w->doctor, DOCTOR_WARNING, "collector", "set [collector] url",
			   "none is set: results wait in the spool");
}

static void say_guard(struct ways *w)
{
	if (w->intercepted)
		doctor_say(w->doctor, DOCTOR_WARNING, "path",
			   "a captive portal? log in; otherwise this is a result: TCP alone says "
			   "nothing here",
			   "%s", failure_meaning(FAIL_INTERCEPTED));
}

/* Who did not agree to send has not agreed to be seen with the collector either. */
static bool may_be_seen(const struct doctor *d)
{
	struct consent c;
	consent_load(&c, d->state_dir);
	return c.answer == CONSENT_YES;
}

/* 0, or -1 when the settings don't even say what to look at. */
static int get_ready(struct ways *w, struct command_runner *how)
{
	const struct conf *c = w->doctor->o->conf;
	char err[512];
	int rc = routes_init(&w->routes, c, err, sizeof(err));
	if (rc == 0 && w->routes.n && !may_be_seen(w->doctor)) {
		w->silent = true;
		routes_clear(&w->routes);
	}
	if (rc < 0 || command_runner(how, w->doctor->o, err, sizeof(err)) < 0) {
		doctor_say(w->doctor, DOCTOR_PROBLEM, "network", "correct it in the configuration",
			   "not looked at: %s", err);
		return -1;
	}
	w->list = xcalloc(w->routes.n + 1, sizeof(*w->list));
	find_name(w);
	w->n_asked = conf_count(c, "dns", "resolver");
	w->asked = xcalloc(w->n_asked, sizeof(*w->asked));
	for (size_t i = 0; i < w->n_asked; i++)
		w->asked[i].name = conf_at(c, "dns", "resolver", i);
	return 0;
}

void doctor_network(struct doctor *d)
{
	struct ways w = {.doctor = d};
	struct command_runner how = {0};
	if (get_ready(&w, &how) == 0) {
		look(&w, &how.config);
		say_guard(&w);
		say_resolvers(&w);
		say_ways(&w);
	}
	free(w.asked);
	free(w.list);
	free(w.target.list);
	routes_clear(&w.routes);
	command_runner_clear(&how);
}
