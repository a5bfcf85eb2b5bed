/* test_batch.c: the wire both ways, its published vectors, and every way to be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/batch.h"
#include "common/batch_frame.h"
#include "common/failure.h"

static const uint8_t seed[KEYS_SEED] = {0,  1,	2,  3,	4,  5,	6,  7,	8,  9,	10,
					11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
					22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

struct keyring {
	struct keys_sign sign;
	struct keys_box box, other;
};

static void make_keys(struct keyring *k)
{
	keys_sign_derive(&k->sign, seed, 20461);
	memset(k->box.sk, 7, sizeof(k->box.sk));
	crypto_scalarmult_base(k->box.pk, k->box.sk);
	crypto_box_keypair(k->other.pk, k->other.sk);
}

static void make_batch(struct batch *b, size_t results)
{
	batch_init(b);
	strcpy(b->software, "fanous-probe/0.1.0");
	strcpy(b->country, "IR");
	strcpy(b->region, "IR-23");
	b->isp = 44244;
	b->access = ACCESS_MOBILE;
	b->epoch = 20461;
	b->t0_ms = 1767889800000;
	b->sealed_wall_ms = 1767890100000;
	b->sealed_mono_ms = 523000;
	b->offset_ms = -120;
	b->offset_known = true;
	for (size_t i = 0; i < results; i++) {
		struct result r;
		result_init(&r, i % 2 ? KIND_TCP : KIND_DNS);
		r.v[RESULT_T] = b->t0_ms + 10 * (int64_t)i;
		r.v[RESULT_TARGET] = batch_target(b, "https://video.example/", CLASS_FILTERED);
		r.v[RESULT_US] = 1234 + (int64_t)i;
		r.v[RESULT_FAILURE] = i % 2 ? FAIL_CONNECTION_RESET : FAIL_NONE;
		if (i % 2) {
			r.v[RESULT_ADDR] = batch_addr(b, "203.0.113.11");
			r.v[RESULT_PORT] = 443;
		} else {
			r.v[RESULT_RESOLVER] = batch_resolver(b, "system");
			r.v[RESULT_QTYPE] = 1;
			r.v[RESULT_RCODE] = 0;
			r.list[r.n_list++] = (uint16_t)batch_addr(b, "203.0.113.11");
		}
		assert_int_equal(batch_add(b, &r), 0);
	}
}

/* A handshake whose chain has these two, and their places in the table. */
static void add_chain(struct batch *b)
{
	static const struct batch_cert certs[] = {
		{"bZ0q1T7mZ8w2v3xY", "a1B2c3D4", 1767225600, 1775001600},
		{"-_AAAAAAAAAAAAAA", "AAAAAAA_", -62135596800, 253402300799},
	};
	struct result r;
	result_init(&r, KIND_TLS);
	r.v[RESULT_T] = b->t0_ms;
	r.v[RESULT_TARGET] = 0;
	for (size_t i = 0; i < 2; i++)
		r.list[r.n_list++] = (uint16_t)batch_cert(b, &certs[i]);
	assert_int_equal(batch_cert(b, &certs[1]), 1);
	assert_int_equal(batch_add(b, &r), 0);
}

static void assert_same(const struct batch *a, const struct batch *b)
{
	assert_string_equal(a->software, b->software);
	assert_string_equal(a->country, b->country);
	assert_string_equal(a->region, b->region);
	assert_int_equal(a->isp, b->isp);
	assert_int_equal(a->access, b->access);
	assert_true(a->epoch == b->epoch && a->t0_ms == b->t0_ms && a->offset_ms == b->offset_ms &&
		    a->offset_known == b->offset_known);
	assert_int_equal(a->n_targets, b->n_targets);
	assert_string_equal(a->targets[0].url, b->targets[0].url);
	assert_int_equal(a->targets[0].class, b->targets[0].class);
	assert_int_equal(a->n_results, b->n_results);
	for (size_t i = 0; i < a->n_results; i++) {
		assert_int_equal(a->results[i].kind, b->results[i].kind);
		assert_memory_equal(a->results[i].v, b->results[i].v, sizeof(a->results[i].v));
		assert_int_equal(a->results[i].n_list, b->results[i].n_list);
		assert_memory_equal(a->results[i].list, b->results[i].list,
				    sizeof(a->results[i].list));
	}
	assert_int_equal(a->n_certs, b->n_certs);
	for (size_t i = 0; i < a->n_certs; i++) {
		assert_string_equal(a->certs[i].id, b->certs[i].id);
		assert_string_equal(a->certs[i].issuer, b->certs[i].issuer);
		assert_true(a->certs[i].not_before == b->certs[i].not_before &&
			    a->certs[i].not_after == b->certs[i].not_after);
	}
}

static void round_trip(void **state)
{
	static const size_t sizes[] = {1, 2, 50, 1000, BATCH_RESULTS_MAX};
	struct keyring k;
	(void)state;
	make_keys(&k);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct batch b, back;
		struct buf sealed, inner;
		uint8_t id[BATCH_ID], id2[BATCH_ID], pk[KEYS_SIGN_PK];
		make_batch(&b, sizes[i]);
		if (sizes[i] == 50)
			add_chain(&b);
		assert_int_equal(batch_seal(&sealed, id, &b, &k.sign, k.box.pk), BATCH_OK);
		assert_int_equal(sealed.len & (sealed.len - 1), 0);
		assert_in_range(sealed.len, 1024, BATCH_SEALED_MAX);
		assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &k.box), BATCH_OK);
		assert_int_equal(
			batch_open(&back, pk, id2, inner.data, inner.len, k.box.pk, NULL, 0),
			BATCH_OK);
		assert_memory_equal(id, id2, BATCH_ID);
		assert_memory_equal(pk, k.sign.pk, KEYS_SIGN_PK);
		assert_same(&b, &back);
		batch_clear(&b);
		batch_clear(&back);
		buf_clear(&sealed);
		buf_clear(&inner);
	}
}

/* The vector of common/README.md: a sealed batch made once, opened for ever. */
static void golden_vector(void **state)
{
	struct keyring k;
	struct batch b;
	struct buf sealed, inner;
	uint8_t id[BATCH_ID], pk[KEYS_SIGN_PK];
	char text[KEYS_TEXT_LEN], hex[65];
	(void)state;
	make_keys(&k);
	keys_text(text, k.box.pk);
	assert_string_equal(text, "E75P6uryBMf9M1j8nAByGIHRdCeBKCJ-xnTzf3_pe20");
	assert_int_equal(buf_read_file(&sealed, "tests/golden/batch.sealed", BATCH_SEALED_MAX), 0);
	assert_int_equal(sealed.len, 1024);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &k.box), BATCH_OK);
	assert_int_equal(inner.len, 460);
	assert_int_equal(batch_open(&b, pk, id, inner.data, inner.len, k.box.pk, NULL, 0),
			 BATCH_OK);
	sodium_bin2hex(hex, sizeof(hex), pk, 32);
	assert_string_equal(hex,
			    "35fe5e1ef7c257b7b9686e98251d26fa8eb34e05a231b0bb1d8f0642fba60fde");
	assert_memory_equal(pk, k.sign.pk, 32);
	assert_string_equal(batch_id_hex(hex, id),
			    "c8b93a822350f50d22a4902a9622039fe8866216233d263bf131085ae973e4a5");
	assert_int_equal(b.n_results, 3);
	assert_int_equal(b.results[2].kind, KIND_TLS);
	assert_int_equal(b.results[2].v[RESULT_FAILURE], FAIL_TLS_RESET);
	assert_true(b.results[1].v[RESULT_T] == 1767889800013);
	assert_string_equal(b.addrs[b.results[0].list[0]], "203.0.113.11");
	batch_clear(&b);
	buf_clear(&sealed);
	buf_clear(&inner);
}

/* And one whose frame points back into the prefix, with what came later: a second answer, a chain. */
static void golden_vector_with_prefix(void **state)
{
	struct keyring k;
	struct batch b;
	struct buf sealed, inner;
	uint8_t id[BATCH_ID], pk[KEYS_SIGN_PK];
	char hex[65];
	(void)state;
	make_keys(&k);
	assert_int_equal(
		buf_read_file(&sealed, "tests/golden/batch-prefix.sealed", BATCH_SEALED_MAX), 0);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &k.box), BATCH_OK);
	assert_int_equal(inner.len, 320);
	assert_int_equal(batch_open(&b, pk, id, inner.data, inner.len, k.box.pk, NULL, 0),
			 BATCH_OK);
	assert_string_equal(batch_id_hex(hex, id),
			    "3a2525d0436ae4b5a311762e2277ed55043de7cf931402e842a66aaf15f943ca");
	assert_int_equal(b.n_results, 3);
	assert_int_equal(b.results[0].v[RESULT_FAILURE], FAIL_DNS_BOGON);
	assert_int_equal(b.results[0].v[RESULT_IPTTL], 57);
	assert_int_equal(b.results[1].v[RESULT_NTH], 1);
	assert_int_equal(b.results[1].n_list, 1);
	assert_int_equal(b.results[2].v[RESULT_FAILURE], FAIL_SSL_UNKNOWN_AUTHORITY);
	assert_string_equal(b.certs[b.results[2].list[0]].id, "bZ0q1T7mZ8w2v3xY");
	batch_clear(&b);
	buf_clear(&sealed);
	buf_clear(&inner);
}

static void sealing_twice_is_one_batch(void **state)
{
	struct keyring k;
	struct batch b;
	struct buf one, two;
	uint8_t id1[BATCH_ID], id2[BATCH_ID];
	(void)state;
	make_keys(&k);
	make_batch(&b, 10);
	batch_seal(&one, id1, &b, &k.sign, k.box.pk);
	batch_seal(&two, id2, &b, &k.sign, k.box.pk);
	assert_memory_equal(id1, id2, BATCH_ID);
	assert_memory_not_equal(one.data, two.data, one.len); /* the seal is fresh each time */
	batch_clear(&b);
	buf_clear(&one);
	buf_clear(&two);
}

static void damage_is_refused(void **state)
{
	struct keyring k;
	struct batch b, back;
	struct buf sealed, inner;
	uint8_t id[BATCH_ID], pk[KEYS_SIGN_PK];
	(void)state;
	make_keys(&k);
	make_batch(&b, 10);
	batch_seal(&sealed, id, &b, &k.sign, k.box.pk);
	assert_int_equal(batch_unseal(&inner, sealed.data, 1000, &k.box), BATCH_SHORT);
	assert_int_equal(batch_unseal(&inner, sealed.data, 1025, &k.box), BATCH_SIZE);
	assert_int_equal(batch_unseal(&inner, sealed.data, BATCH_SEALED_MAX * 2, &k.box),
			 BATCH_LARGE);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &k.other), BATCH_UNSEAL);
	for (size_t i = 0; i < sealed.len; i += 97) {
		sealed.data[i] ^= 1;
		assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &k.box),
				 BATCH_UNSEAL);
		sealed.data[i] ^= 1;
	}
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &k.box), BATCH_OK);
	for (size_t i = 0; i < inner.len; i++) {
		inner.data[i] ^= 1;
		enum batch_error e =
			batch_open(&back, pk, id, inner.data, inner.len, k.box.pk, NULL, 0);
		assert_int_equal(e, i < 4 ? BATCH_VERSION : BATCH_SIGNATURE);
		inner.data[i] ^= 1;
	}
	/* Signed for one collector, presented to another. */
	assert_int_equal(batch_open(&back, pk, id, inner.data, inner.len, k.other.pk, NULL, 0),
			 BATCH_SIGNATURE);
	assert_int_equal(batch_open(&back, pk, id, inner.data, 50, k.box.pk, NULL, 0), BATCH_SHORT);
	batch_clear(&b);
	buf_clear(&sealed);
	buf_clear(&inner);
}

static enum batch_error seal_and_open(struct batch *b, char *detail, size_t len)
{
	struct keyring k;
	struct batch back;
	struct buf sealed, inner;
	uint8_t id[BATCH_ID], pk[KEYS_SIGN_PK];
	make_keys(&k);
	enum batch_error e = batch_seal(&sealed, id, b, &k.sign, k.box.pk);
	if (e == BATCH_OK) {
		assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &k.box), BATCH_OK);
		e = batch_open(&back, pk, id, inner.data, inner.len, k.box.pk, detail, len);
		buf_clear(&inner);
		batch_clear(&back);
	}
	buf_clear(&sealed);
	return e;
}

static void bad_content_is_refused(void **state)
{
	struct batch b;
	char detail[128];
	(void)state;

	make_batch(&b, 0);
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_EMPTY);
	batch_clear(&b);

	make_batch(&b, 2);
	b.results[1].v[RESULT_ADDR] = 1;
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_INDEX);
	b.results[1].v[RESULT_ADDR] = 0;
	b.results[1].v[RESULT_PORT] = 70000;
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_RESULT);
	assert_string_equal(detail, "line 3: a value is out of its range");
	b.results[1].v[RESULT_PORT] = 443;
	b.results[0].v[RESULT_T] = b.t0_ms - 5;
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_RESULT);
	b.results[0].v[RESULT_T] = b.t0_ms;
	add_chain(&b);
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_OK);
	b.results[2].list[1] = 2;
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_INDEX);
	b.results[2].list[1] = 1;
	b.certs[1].id[3] = '!';
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_HEADER);
	assert_string_equal(detail,
			    "line 1: a certificate's names are not short hashes in base64url");
	b.certs[1] = b.certs[0];
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_HEADER);
	assert_string_equal(detail, "line 1: a certificate is named twice");
	strcpy(b.country, "I");
	assert_int_equal(seal_and_open(&b, detail, sizeof(detail)), BATCH_HEADER);
	assert_string_equal(detail, "line 1: country is not a two-letter code");
	batch_clear(&b);
}

/* What was sent with it must be readable for ever. */
static void prefix_is_frozen(void **state)
{
	uint8_t sum[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(sum) + 1];
	size_t len;
	(void)state;
	const char *prefix = batch_frame_prefix(&len);
	assert_int_equal(len, 1652);
	crypto_hash_sha256(sum, (const uint8_t *)prefix, len);
	sodium_bin2hex(hex, sizeof(hex), sum, sizeof(sum));
	assert_string_equal(hex,
			    "83bddbcd46f5153c7cb740fcbf9048a91f5e545ef6ff4f0ba16af11f7bab4b11");
}

/* Most of a small batch is what every batch says. */
static void small_batches_are_small(void **state)
{
	struct batch b;
	struct keyring k;
	struct buf sealed, inner;
	uint8_t id[BATCH_ID];
	(void)state;
	make_keys(&k);
	make_batch(&b, 2);
	assert_int_equal(batch_seal(&sealed, id, &b, &k.sign, k.box.pk), BATCH_OK);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &k.box), BATCH_OK);
	assert_in_range(inner.len, 101, 300); /* 460 when the header was spelt out */
	buf_clear(&sealed);
	buf_clear(&inner);
	batch_clear(&b);
}

/* Every name keeps its place while its table grows to its end, and a full table takes no more. */
static void names_keep_their_places(void **state)
{
	struct batch b;
	struct batch_cert c = {.issuer = "aaaaaaaa"};
	char name[32];
	(void)state;
	batch_init(&b);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < BATCH_ADDRS_MAX; i++) {
			snprintf(name, sizeof(name), "203.0.%d.%d", i / 256, i % 256);
			assert_int_equal(batch_addr(&b, name), i);
		}
		for (int i = 0; i < BATCH_TARGETS_MAX; i++) {
			snprintf(name, sizeof(name), "tcp://%d.example:443", i);
			assert_int_equal(batch_target(&b, name, CLASS_OPEN), i);
		}
		for (int i = 0; i < BATCH_CERTS_MAX; i++) {
			snprintf(c.id, sizeof(c.id), "%016d", i);
			assert_int_equal(batch_cert(&b, &c), i);
		}
	}
	assert_int_equal(batch_addr(&b, "198.51.100.1"), -1);
	assert_int_equal(batch_target(&b, "tcp://one.example:443", CLASS_OPEN), -1);
	memcpy(c.id, "full", sizeof("full"));
	assert_int_equal(batch_cert(&b, &c), -1);
	batch_clear(&b);
	assert_int_equal(batch_addr(&b, "198.51.100.1"), 0);
	batch_clear(&b);
}

static void private_addresses_never_travel(void **state)
{
	static const char *const private[] = {
		"10.0.0.1",
		"10.10.34.35",
		"100.64.1.1",
		"127.0.0.1",
		"169.254.1.1",
		"172.16.0.1",
		"172.31.255.255",
		"192.168.1.1",
		"192.0.0.8",
		"198.18.0.1",
		"224.0.0.1",
		"240.0.0.1",
		"255.255.255.255",
		"0.0.0.0",
		"::",
		"::1",
		"fe80::1",
		"fc00::1",
		"fd12::1",
		"ff02::1",
		"::ffff:192.168.1.1",
		"::ffff:8.8.8.8",
		"2002:c0a8:0101::1",
		"2001:0:53aa:64c::1",
		"64:ff9b:1::1",
		"d0::11",
		"not an address",
		"",
	};
	static const char *const public[] = {"8.8.8.8",		"172.15.0.1",  "172.32.0.1",
					     "203.0.113.1",	"2001:db8::1", "2a00:1450::1",
					     "64:ff9b::808:808"};
	struct batch b;
	(void)state;
	batch_init(&b);
	for (size_t i = 0; i < sizeof(private) / sizeof(*private); i++)
		if (batch_addr(&b, private[i]) != -1)
			fail_msg("would be sent: %s", private[i]);
	for (size_t i = 0; i < sizeof(public) / sizeof(*public); i++)
		assert_int_equal(batch_addr(&b, public[i]), (int)i);
	batch_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(golden_vector),
		cmocka_unit_test(golden_vector_with_prefix),
		cmocka_unit_test(sealing_twice_is_one_batch),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(bad_content_is_refused),
		cmocka_unit_test(prefix_is_frozen),
		cmocka_unit_test(small_batches_are_small),
		cmocka_unit_test(names_keep_their_places),
		cmocka_unit_test(private_addresses_never_travel),
	};
	if (keys_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
