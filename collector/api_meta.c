/* api_meta.c: about the country, the caller and the collector itself. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "collector/api.h"
#include "collector/archive.h"
#include "collector/country.h"
#include "collector/entities.h"
#include "collector/ingest.h"
#include "collector/live.h"
#include "collector/place.h"
#include "collector/server.h"
#include "common/jsonw.h"

#define ENTITIES_MAX   (4 * 1024 * 1024)
#define SMALL_MAX      (64 * 1024)
#define ENTITIES_AGE_S 300

static void json_text(struct jsonw *j, const char *key, const char *text)
{
	jsonw_str(j, key, *text ? text : NULL);
}

void api_entities(struct call *c)
{
	struct reply reply;
	reply_init(&reply, 200, ENTITIES_MAX);
	if (c->params.format == FORMAT_CSV)
		entities_csv(&reply.body, c->api->country);
	else
		entities_json(&reply.body, c->api->country, c->api->synthetic);
	respond_table(c, &reply, "entities", ENTITIES_AGE_S);
}

/* What the collector could know about the caller, said to nobody but the caller. */
void api_whereami(struct call *c)
{
	const struct country *country = c->api->country;
	struct sockaddr_storage room;
	struct placement at = {0};
	char isp[ROWTEXT_ISP_LEN];
	struct reply reply;
	struct jsonw j;

	place_lookup(c->api->place, request_peer(c->request, &room), &at);
	reply_init(&reply, 200, SMALL_MAX);
	jsonw_begin(&j, &reply.body);
	jsonw_object(&j, NULL);
	json_text(&j, "country", at.country);
	json_text(&j, "region", at.region);
	json_text(&j, "region_name", rowtext_region_name(country, at.region, LANG_EN));
	jsonw_str(&j, "region_source", place_source_str(at.region_source));
	jsonw_str(&j, "isp", at.isp ? rowtext_isp(isp, at.isp) : NULL);
	json_text(&j, "isp_name", at.isp ? rowtext_isp_name(country, at.isp, LANG_EN) : "");
	jsonw_str(&j, "isp_source", place_source_str(at.isp_source));
	jsonw_str(&j, "note",
		  "found from the address of this request, which was not logged; geolocation of "
		  "provinces is weak, so what you declare to your probe counts");
	jsonw_end(&j);
	buf_putc(&reply.body, '\n');
	respond_take(c, &reply, "application/json", 0);
}

static void metric(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP fanous_%s %s\n# TYPE fanous_%s %s\n", name, help, name, type);
}

static void counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
	metric(out, name, "counter", help);
	buf_printf(out, "fanous_%s %" PRIu64 "\n", name, value);
}

static void gauge(struct buf *out, const char *name, const char *help, uint64_t value)
{
	metric(out, name, "gauge", help);
	buf_printf(out, "fanous_%s %" PRIu64 "\n", name, value);
}

static void put_ingest(struct buf *out, const struct ingest *ingest)
{
	struct ingest_stats s;
	ingest_stats(ingest, &s);
	metric(out, "batches_total", "counter", "Batches received since the start, by outcome.");
	buf_printf(out,
		   "fanous_batches_total{status=\"new\"} %" PRIu64 "\n"
		   "fanous_batches_total{status=\"duplicate\"} %" PRIu64 "\n"
		   "fanous_batches_total{status=\"refused\"} %" PRIu64 "\n"
		   "fanous_batches_total{status=\"trouble\"} %" PRIu64 "\n",
		   s.batches_new, s.batches_duplicate, s.batches_bad, s.batches_trouble);
	counter(out, "results_total", "Results accepted since the start.", s.results);
	counter(out, "results_late_total", "Of them, results that came late.", s.results_late);
	counter(out, "archive_syncs_total", "Group commits of the archive.", s.archive_syncs);
	gauge(out, "unreached", "1 while nobody at all is heard, controls included.", s.unreached);
}

static void put_server(struct buf *out, const struct server *server)
{
	struct server_stats s;
	server_stats(server, &s);
	gauge(out, "http_connections", "Open connections.", s.connections);
	counter(out, "http_connections_total", "Connections taken since the start.", s.accepted);
	counter(out, "http_requests_total", "Whole requests since the start.", s.requests);
	counter(out, "http_timeouts_total", "Connections ended at a deadline.", s.timeouts);
	gauge(out, "http_buffered_bytes", "Bytes held for peers.", s.buffered_bytes);
}

void api_metrics(struct call *c)
{
	const struct api *a = c->api;
	struct live_stats live;
	struct reply reply;
	struct buf *out = &reply.body;
	reply_init(&reply, 200, SMALL_MAX);
	metric(out, "build_info", "gauge", "The version, as a label.");
	buf_puts(out, "fanous_build_info{version=\"" VERSION "\"} 1\n");
	gauge(out, "start_time_seconds", "When the collector started, Unix time.",
	      (uint64_t)(a->started_ms / 1000));
	put_ingest(out, a->ingest);
	gauge(out, "archive_bytes", "Size of the archive.", archive_bytes(a->archive));
	live_stats(a->live, &live);
	counter(out, "rows_total", "Rows published or revised since the start.", live.rows);
	counter(out, "events_total", "Events opened, changed or closed since the start.",
		live.events);
	gauge(out, "stream_readers", "Readers of the live stream.", live.readers);
	put_server(out, a->server);
	respond_take(c, &reply, "text/plain; version=0.0.4; charset=utf-8", 0);
}

void api_healthz(struct call *c)
{
	struct reply reply;
	struct ingest_stats s;
	ingest_stats(c->api->ingest, &s);
	reply_init(&reply, 200, SMALL_MAX);
	buf_printf(&reply.body, "{\"status\":\"%s\"%s}\n", s.unreached ? "unreached" : "ok",
		   c->api->synthetic ? ",\"synthetic\":true" : "");
	respond_take(c, &reply, "application/json", 0);
}
