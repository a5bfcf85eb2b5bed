/* test_bogons.c: answers that can't be true, whoever gives them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/probe/cycle.h"

static const struct {
	struct bad_name name;
	enum failure failure;
} cases[] = {
	{{.name = "zero.example", .a = "0.0.0.7"}, FAIL_DNS_BOGON},
	{{.name = "self.example", .a = "127.0.0.53"}, FAIL_DNS_BOGON},
	{{.name = "link.example", .a = "169.254.1.1"}, FAIL_DNS_BOGON},
	{{.name = "group.example", .a = "192.0.2.1,239.1.1.1"}, FAIL_DNS_BOGON},
	{{.name = "nobody.example", .a = "255.255.255.255"}, FAIL_DNS_BOGON},
	{{.name = "domestic.example", .a = "10.202.1.1"}, FAIL_NONE}, /* a country's own services */
	{{.name = "self.test", .a = "127.0.0.53"}, FAIL_NONE},	      /* RFC 6761 */
};
#define N (sizeof(cases) / sizeof(*cases))

static void nobody_on_the_internet_has_them(void **state)
{
	static struct cycle c;
	struct bad_name names[N + 1] = {{0}};
	(void)state;
	for (size_t i = 0; i < N; i++)
		names[i] = cases[i].name;
	cycle_open(&c);
	unsigned int port = baddns_serve(c.dns, names, 0);
	for (size_t i = 0; i < N; i++)
		cycle_target(&c, "dns://127.0.0.1:%u/%s", port, names[i].name);
	cycle_start(&c, false);
	cycle_finish(&c);
	assert_int_equal(c.n_seen, N);
	for (size_t i = 0; i < N; i++) {
		const struct seen *s = &c.seen[i];
		size_t k = 0;
		while (!strstr(s->url, names[k].name))
			k++;
		if (s->result.v[RESULT_FAILURE] != (int64_t)cases[k].failure)
			fail_msg("%s: '%s'", s->url,
				 failure_str((enum failure)s->result.v[RESULT_FAILURE]));
	}
	cycle_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_on_the_internet_has_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
