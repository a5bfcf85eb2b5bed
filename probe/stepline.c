/* stepline.c: what is worth knowing about a step, by its kind. */
#include "probe/stepline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/buf.h"
#include "probe/row.h"
#include "probe/runner.h"
#include "probe/term.h"
#include "probe/wire_cert.h"

#define DETAIL_MAX    4096 /* of one step */
#define DETAIL_INDENT 19   /* behind mark, kind and time */
#define NARROW_INDENT 6

/* ", name NUMBER unit" for a number that is known. */
static void put_known(struct buf *out, const char *before, int64_t n, const char *after)
{
	if (n >= 0)
		buf_printf(out, "%s%" PRId64 "%s", before, n, after);
}

static void put_fp(struct buf *out, const struct runner_step *step)
{
	if (!step->fp)
		return;
	buf_puts(out, " (");
	wording_foreign(out, step->fp);
	buf_putc(out, ')');
}

/* Most names have no IPv6 address, which is nobody's failure. */
static bool has_none(const struct runner_step *step)
{
	return step->result->v[RESULT_FAILURE] == FAIL_DNS_NO_ANSWER;
}

static void put_dns(struct buf *out, const struct runner_step *step)
{
	const int64_t *v = step->result->v;
	wording_foreign(out, step->resolver ? step->resolver : "");
	buf_printf(out, " %s", v[RESULT_QTYPE] == 28 ? "AAAA" : "A");
	put_known(out, " answer ", v[RESULT_NTH] > 0 ? v[RESULT_NTH] + 1 : -1, "");
	for (size_t i = 0; i < step->n_answers; i++)
		buf_printf(out, "%s%s", i ? ", " : " -> ", step->answers[i]);
	if (has_none(step))
		buf_puts(out, " -> none");
	put_fp(out, step);
	if (step->cname) {
		buf_puts(out, " alias ");
		wording_foreign(out, step->cname);
	}
	put_known(out, " ttl=", v[RESULT_TTL], "");
	put_known(out, " ip-ttl=", v[RESULT_IPTTL], "");
	put_known(out, " copies=", v[RESULT_COPIES] > 0 ? v[RESULT_COPIES] : -1, "");
	if (v[RESULT_TC] > 0)
		buf_puts(out, " truncated");
}

static void put_tls(struct buf *out, const struct runner_step *step)
{
	const int64_t *v = step->result->v;
	if (v[RESULT_TLSVER] >= 0x301)
		buf_printf(out, " TLS 1.%" PRId64, v[RESULT_TLSVER] - 0x301);
	put_known(out, " alert ", v[RESULT_ALERT], "");
	if (step->sni) {
		buf_puts(out, " with the harmless name ");
		wording_foreign(out, step->sni);
	}
}

static void put_http(struct buf *out, const struct runner_step *step)
{
	const int64_t *v = step->result->v;
	char took[ROW_TIME];
	if (step->path && v[RESULT_HOP] > 0) {
		buf_putc(out, ' ');
		wording_foreign(out, step->path);
	}
	put_known(out, " status ", v[RESULT_STATUS], "");
	put_known(out, ", ", v[RESULT_BYTES], " bytes");
	if (v[RESULT_TTFB] >= 0)
		buf_printf(out, ", first after %s", row_time(took, v[RESULT_TTFB]));
	put_fp(out, step);
	if (step->location) {
		buf_puts(out, " -> ");
		wording_foreign(out, step->location);
	}
}

static void put_speed(struct buf *out, const struct runner_step *step)
{
	const int64_t *v = step->result->v;
	put_http(out, step);
	if (v[RESULT_BYTES] >= 0 && v[RESULT_US] > 0)
		buf_printf(out, ", %.1f kB/s",
			   (double)v[RESULT_BYTES] * 1000 / (double)v[RESULT_US]);
	if (v[RESULT_RTT] >= 0)
		buf_printf(out, ", rtt %.1f ms", (double)v[RESULT_RTT] / 1000);
	put_known(out, ", sent again ", v[RESULT_RETRANS] > 0 ? v[RESULT_RETRANS] : -1, "");
}

static void put_detail(struct buf *out, const struct runner_step *step)
{
	const int64_t *v = step->result->v;
	if (step->addr)
		buf_puts(out, step->addr);
	switch (step->result->kind) {
	case KIND_DNS: put_dns(out, step); break;
	case KIND_QUIC:
		put_known(out, " udp port ", v[RESULT_PORT], "");
		if (v[RESULT_QUICVER] >= 0)
			buf_printf(out, " offers 0x%08" PRIx64, (uint64_t)v[RESULT_QUICVER]);
		break;
	case KIND_TCP:
	case KIND_GUARD: put_known(out, " port ", v[RESULT_PORT], ""); break;
	case KIND_TLS: put_tls(out, step); break;
	case KIND_HTTP: put_http(out, step); break;
	case KIND_SPEED: put_speed(out, step); break;
	case KIND_LINK:
	case KINDS: break;
	}
	if (v[RESULT_HOP] > 0)
		buf_printf(out, " (redirect %" PRId64 ")", v[RESULT_HOP]);
}

static const char *date(char out[static 16], int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	if (!gmtime_r(&when, &tm) || !strftime(out, 16, "%Y-%m-%d", &tm))
		snprintf(out, 16, "?");
	return out;
}

static void put_certificate(struct buf *out, const struct wire_cert *cert, size_t i, int columns)
{
	struct buf text;
	char from[16], to[16];
	buf_init(&text, DETAIL_MAX);
	buf_printf(&text, "%zu ", i);
	wording_foreign(&text, cert->subject);
	buf_puts(&text, " by ");
	wording_foreign(&text, cert->issuer);
	buf_printf(&text, ", %s to %s, sha256 %.10s", date(from, cert->brief.not_before),
		   date(to, cert->brief.not_after), cert->brief.id);
	buf_puts(out, "    ");
	wording_wrap(out, text.data, columns, 4, NARROW_INDENT);
	buf_putc(out, '\n');
	buf_clear(&text);
}

static void put_failure(struct buf *out, const struct term *t, enum wording w, enum failure f,
			int columns)
{
	char *text = xasprintf("%s: %s", failure_str(f), wording_failure(w, f));
	buf_printf(out, "    %s", term_color(t, TERM_YELLOW));
	wording_wrap(out, text, columns, 4, NARROW_INDENT);
	buf_printf(out, "%s\n", term_color(t, TERM_RESET));
	free(text);
}

void stepline_put(struct buf *out, const struct runner_step *step, const struct term *t,
		  enum wording w, int columns)
{
	enum failure failure = (enum failure)step->result->v[RESULT_FAILURE];
	bool good = failure == FAIL_NONE, none = has_none(step);
	struct buf detail;
	char took[ROW_TIME];
	buf_init(&detail, DETAIL_MAX);
	put_detail(&detail, step);
	buf_printf(out, "  %s%s%s %-5s%8s  ",
		   term_color(t, none	? TERM_YELLOW
				 : good ? TERM_GREEN
					: TERM_RED),
		   none ? "-" : term_mark(t, good), term_color(t, TERM_RESET),
		   kind_str(step->result->kind), row_time(took, step->result->v[RESULT_US]));
	wording_wrap(out, detail.data ? detail.data : "", columns, DETAIL_INDENT,
		     columns >= ROW_WIDE ? DETAIL_INDENT : NARROW_INDENT);
	buf_putc(out, '\n');
	if (!good && !none) {
		put_failure(out, t, w, failure, columns);
		for (size_t i = 0; i < step->n_certs; i++)
			put_certificate(out, &step->certs[i], i, columns);
	}
	buf_clear(&detail);
}
