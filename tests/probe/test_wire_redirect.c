/* test_wire_redirect.c: references, resolved as RFC 3986 says, and followed only where it does no
 * harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "probe/wire_redirect.h"

static const struct wire_place secure = {"https", "site.test", 443, "/b/c/d;p?q"};
static const struct wire_place clear = {"http", "site.test", 80, "/"};
static const struct wire_place six = {"https", "2001:db8::1", 8443, "/"};

static void expect(const struct wire_place *from, const char *location, const char *url)
{
	char out[TARGET_URL_MAX];
	bool is = wire_redirect(out, from, location);
	if (is != !!url || (is && strcmp(out, url)))
		fail_msg("'%s' gives '%s'", location, is ? out : "(nowhere)");
}

/* Those of RFC 3986 section 5.4 that stay on the host. */
static void references(void **state)
{
	static const struct {
		const char *location, *path;
	} cases[] = {
		{"g", "/b/c/g"},
		{"./g", "/b/c/g"},
		{"g/", "/b/c/g/"},
		{"/g", "/g"},
		{"?y", "/b/c/d;p?y"},
		{"g?y", "/b/c/g?y"},
		{"#s", "/b/c/d;p?q"},
		{"g#s", "/b/c/g"},
		{"g?y#s", "/b/c/g?y"},
		{";x", "/b/c/;x"},
		{"g;x?y#s", "/b/c/g;x?y"},
		{"", "/b/c/d;p?q"},
		{".", "/b/c/"},
		{"./", "/b/c/"},
		{"..", "/b/"},
		{"../", "/b/"},
		{"../g", "/b/g"},
		{"../..", "/"},
		{"../../", "/"},
		{"../../g", "/g"},
		{"../../../g", "/g"},
		{"../../../../g", "/g"},
		{"/./g", "/g"},
		{"/../g", "/g"},
		{"g.", "/b/c/g."},
		{".g", "/b/c/.g"},
		{"g..", "/b/c/g.."},
		{"..g", "/b/c/..g"},
		{"./../g", "/b/g"},
		{"./g/.", "/b/c/g/"},
		{"g/./h", "/b/c/g/h"},
		{"g/../h", "/b/c/h"},
		{"g;x=1/../y", "/b/c/y"},
		{"g?y/./x", "/b/c/g?y/./x"},
		{"//site.test", "/"},
		{"//site.test?y", "/?y"},
		{" /g\t", "/g"},
		{"/a//b", "/a//b"},
		{"/..?x", "/?x"},
	};
	char url[256];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		strcpy(url, "https://site.test");
		expect(&secure, cases[i].location, strcat(url, cases[i].path));
	}
}

static void to_https_at_the_same_host(void **state)
{
	(void)state;
	expect(&clear, "https://site.test/", "https://site.test/");
	expect(&clear, "HTTPS://SITE.test.:443/x", "https://site.test/x");
	expect(&clear, "https://site.test:8443?x", "https://site.test:8443/?x");
	expect(&clear, "https://site.test:", "https://site.test/");
	expect(&secure, "//site.test:444/", "https://site.test:444/");
	expect(&six, "https://[2001:DB8:0::1]:443/a", "https://[2001:db8::1]/a");
	expect(&six, "/a", "https://[2001:db8::1]:8443/a");
	expect(&six, "//[2001:db8::1]", "https://[2001:db8::1]/");
}

static void nowhere_else(void **state)
{
	static const char *const refused[] = {
		"http://site.test/",
		"//other.test/",
		"https://other.test/",
		"https://site.test.evil/",
		"https://evil.site.test/",
		"https://site.test@evil/",
		"https://x@site.test/",
		"https://site.test:0/",
		"https://site.test:65536/",
		"https://site.test:443443/",
		"https://site.test:x/",
		"https:/site.test/",
		"https:site.test",
		"https://",
		"https:///x",
		"ftp://site.test/",
		"javascript:alert(1)",
		"data:text/html,x",
		"/a b",
		"/a\x7f",
		"/\xc3\xa4",
		"/a\r\nb",
		"https://[site.test]/",
		"//[",
		"https://site.test\\@evil/",
		"https://site.test..",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		expect(&secure, refused[i], NULL);
	expect(&clear, "/", NULL);
	expect(&clear, "//site.test/", NULL);
	expect(&six, "https://2001:db8::1/", NULL);
	expect(&six, "https://[2001:db8::2]/", NULL);
}

static void no_longer_than_a_target(void **state)
{
	char location[2 * TARGET_URL_MAX], url[TARGET_URL_MAX] = "https://site.test/";
	const size_t host = strlen("https://site.test"), room = TARGET_URL_MAX - 1 - host;
	(void)state;
	memset(location, 'x', sizeof(location));
	location[0] = '/';
	location[room + 1] = '\0';
	expect(&secure, location, NULL);
	location[room] = '\0';
	strcpy(url + host, location);
	expect(&secure, location, url);
	memset(location, 'x', sizeof(location));
	location[sizeof(location) - 1] = '\0';
	expect(&secure, location, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references),
		cmocka_unit_test(to_https_at_the_same_host),
		cmocka_unit_test(nowhere_else),
		cmocka_unit_test(no_longer_than_a_target),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
