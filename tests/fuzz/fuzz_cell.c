/* fuzz_cell.c: any bytes as a stored cell, row, event, chunk, pulse or detector. What is taken must be
 * written again as the same bytes, and a cell must be a sorted set of masks within masks. The first
 * byte chooses the parser. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/cell.h"
#include "collector/chunk.h"
#include "collector/detector.h"
#include "collector/pulse.h"
#include "collector/row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define OUT_MAX (16 << 20)

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void same_bytes(struct buf *out, const uint8_t *data, size_t len)
{
	must(out->len == len && !memcmp(out->data, data, len));
	buf_clear(out);
}

static void check_vote(const struct cell_vote *v)
{
	must(!(v->ok & ~v->tried) && !(v->fp & ~v->tried));
	for (size_t k = 0; k < KINDS; k++)
		must((k == KIND_QUIC || !(v->step_tried[k] & ~v->tried)) &&
		     !(v->step_ok[k] & ~v->step_tried[k]));
}

static void try_cell(const uint8_t *data, size_t len)
{
	struct cell c, twice;
	struct buf out;
	if (cell_decode(&c, data, len) < 0) {
		must(!c.votes && !c.n);
		return;
	}
	for (size_t i = 0; i < c.n; i++) {
		check_vote(&c.votes[i]);
		must(!i || c.votes[i - 1].probe < c.votes[i].probe);
	}
	buf_init(&out, OUT_MAX);
	cell_encode(&c, &out);
	same_bytes(&out, data, len);
	cell_init(&twice);
	must(cell_merge(&twice, &c) == (c.n > 0));
	must(!cell_merge(&twice, &c));
	cell_clear(&twice);
	cell_clear(&c);
}

static void try_row(const uint8_t *data, size_t len)
{
	struct row r = {0};
	struct buf out;
	if (row_decode(&r, data, len) < 0)
		return;
	must(r.v.state < STATES && strlen(r.v.rule) < sizeof(r.v.rule));
	buf_init(&out, OUT_MAX);
	row_encode(&r, &out);
	same_bytes(&out, data, len);
}

static void try_event(const uint8_t *data, size_t len)
{
	struct event e = {0};
	struct buf out;
	if (event_decode(&e, data, len) < 0)
		return;
	must(e.onset_lo_ms >= 0 && e.onset_lo_ms <= e.onset_ms && e.onset_hi_ms >= e.onset_lo_ms);
	must(e.end_lo_ms >= 0 && e.end_lo_ms <= e.end_ms && e.end_hi_ms >= e.end_lo_ms);
	must(e.kind < SIGNS && e.state < STATES && e.why < WHYS && e.hit <= e.n);
	buf_init(&out, OUT_MAX);
	event_encode(&e, &out);
	same_bytes(&out, data, len);
}

static void try_chunk(const uint8_t *data, size_t len)
{
	struct chunk c, back;
	struct chunk_item item;
	struct buf out;
	chunk_init(&c, 0, 1000);
	if (chunk_decode(&c, data, len) == 0) {
		for (size_t i = 0; i < c.n; i++) {
			must(chunk_at(&c, i, &item) && item.len <= CHUNK_ENTRY_MAX);
			must(chunk_find(&c, item.time_ms) == i);
		}
		buf_init(&out, OUT_MAX);
		must(chunk_encode(&c, &out) == 0);
		chunk_init(&back, 0, 1000);
		must(chunk_decode(&back, out.data, out.len) == 0 && back.n == c.n);
		chunk_clear(&back);
		buf_clear(&out);
	}
	chunk_clear(&c);
}

static void try_pulse(const uint8_t *data, size_t len)
{
	struct pulse p;
	struct buf out;
	if (pulse_decode(&p, data, len) < 0)
		return;
	must(p.state < STATES);
	buf_init(&out, OUT_MAX);
	pulse_encode(&p, &out);
	same_bytes(&out, data, len);
}

static void try_detector(const uint8_t *data, size_t len)
{
	const struct series series = {"IR-23", 1, ACCESS_MOBILE};
	struct detector d;
	struct buf out;
	detector_init(&d, &series, SIGN_LOSS, 60000);
	if (detector_decode(&d, data, len) < 0)
		return;
	buf_init(&out, OUT_MAX);
	detector_encode(&d, &out);
	same_bytes(&out, data, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (!len)
		return 0;
	switch (data[0] % 6) {
	case 0: try_cell(data + 1, len - 1); break;
	case 1: try_row(data + 1, len - 1); break;
	case 2: try_event(data + 1, len - 1); break;
	case 3: try_chunk(data + 1, len - 1); break;
	case 4: try_pulse(data + 1, len - 1); break;
	default: try_detector(data + 1, len - 1); break;
	}
	return 0;
}
