/* test_route.c: which ways there are, in which order, and which are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "probe/options.h"
#include "probe/route.h"

static char err[512];

static int routes_from(struct routes *r, struct conf *c, const char *urls, const char *proxies)
{
	char copy[256], *rest = copy, *one;
	strcpy(copy, urls);
	while ((one = strsep(&rest, " ")))
		if (*one)
			assert_int_equal(conf_set_flag(c, "collector", one, err, sizeof(err)), 0);
	rest = strcpy(copy, proxies);
	while ((one = strsep(&rest, " ")))
		if (*one)
			assert_int_equal(conf_set_flag(c, "proxy", one, err, sizeof(err)), 0);
	return routes_init(r, c, err, sizeof(err));
}

static void is(const struct route *r, const char *url, const char *proxy)
{
	assert_non_null(r);
	assert_string_equal(r->url, url);
	if (proxy)
		assert_string_equal(r->proxy, proxy);
	else
		assert_null(r->proxy);
}

static void order(void **state)
{
	struct conf *c = conf_new(options_table, "X_");
	struct routes r;
	(void)state;
	assert_int_equal(routes_from(&r, c, "https://a.example http://b.example/up//",
				     "socks5h://127.0.0.1:9050 socks5h://p:1"),
			 0);
	is(routes_at(&r, 0), "https://a.example/api/v1/submit", NULL);
	is(routes_at(&r, 1), "http://b.example/up/api/v1/submit", NULL);
	is(routes_at(&r, 2), "https://a.example/api/v1/submit", "socks5h://127.0.0.1:9050");
	is(routes_at(&r, 5), "http://b.example/up/api/v1/submit", "socks5h://p:1");
	assert_null(routes_at(&r, 6));
	routes_clear(&r);
	conf_free(c);
}

static void remembering(void **state)
{
	struct conf *c = conf_new(options_table, "X_");
	struct routes r;
	(void)state;
	assert_int_equal(routes_from(&r, c, "http://a http://b http://c", ""), 0);
	routes_remember(&r, 1);
	is(routes_at(&r, 0), "http://b/api/v1/submit", NULL);
	is(routes_at(&r, 1), "http://a/api/v1/submit", NULL);
	is(routes_at(&r, 2), "http://c/api/v1/submit", NULL);
	assert_null(routes_at(&r, 3));
	routes_remember(&r, 0); /* again the same */
	is(routes_at(&r, 0), "http://b/api/v1/submit", NULL);
	routes_remember(&r, 2);
	is(routes_at(&r, 0), "http://c/api/v1/submit", NULL);
	is(routes_at(&r, 2), "http://b/api/v1/submit", NULL);
	routes_clear(&r);
	conf_free(c);
}

static void refuses(const char *urls, const char *proxies, const char *want)
{
	struct conf *c = conf_new(options_table, "X_");
	struct routes r;
	assert_int_equal(routes_from(&r, c, urls, proxies), -1);
	if (!strstr(err, want))
		fail_msg("want '%s' in '%s'", want, err);
	routes_clear(&r);
	conf_free(c);
}

static void refusals(void **state)
{
	(void)state;
	refuses("collector.example", "", "http://");
	refuses("ftp://a.example", "", "http://");
	refuses("https://", "", "http://");
	refuses("https://a.example/?key=1", "", "query");
	/* these would ask the ISP's resolver for the collector's name */
	refuses("https://a.example", "socks5://127.0.0.1:9050", "socks5h://");
	refuses("https://a.example", "http://127.0.0.1:8118", "socks5h://");
}

static void none(void **state)
{
	struct conf *c = conf_new(options_table, "X_");
	struct routes r;
	(void)state;
	assert_int_equal(routes_from(&r, c, "", "socks5h://127.0.0.1:9050"), 0);
	assert_int_equal(r.n, 0);
	assert_null(routes_at(&r, 0));
	routes_clear(&r);
	conf_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(remembering),
		cmocka_unit_test(refusals),
		cmocka_unit_test(none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
