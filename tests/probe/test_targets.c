/* test_targets.c: what a URL is taken for, what is refused and why, and the lists of this
 * repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/keys.h"
#include "probe/targets.h"

#define HEADER "url,class,level,notes\n"

struct list {
	char path[64], err[512];
	struct targets targets;
};

static int open_list(void **state)
{
	static struct list l;
	memset(&l, 0, sizeof(l));
	snprintf(l.path, sizeof(l.path), "/tmp/test_targets_XXXXXX");
	int fd = mkstemp(l.path);
	assert_true(fd >= 0);
	close(fd);
	*state = &l;
	return 0;
}

static int close_list(void **state)
{
	struct list *l = *state;
	targets_clear(&l->targets);
	unlink(l->path);
	return 0;
}

static int load(struct list *l, const char *text)
{
	assert_int_equal(buf_write_file(l->path, text, strlen(text), 0600), 0);
	targets_clear(&l->targets);
	*l->err = '\0';
	return targets_load(&l->targets, l->path, l->err, sizeof(l->err));
}

static const struct {
	const char *text, *host, *path;
	enum target_scheme scheme;
	uint16_t port;
} good[] = {
	{"https://www.example.org/", "www.example.org", "/", TARGET_HTTPS, 443},
	{"HTTPS://WWW.Example.ORG.", "www.example.org", "/", TARGET_HTTPS, 443},
	{"http://example.org:8080/a?b=c#d", "example.org", "/a?b=c", TARGET_HTTP, 8080},
	{"http://example.org?q", "example.org", "/?q", TARGET_HTTP, 80},
	{"https://192.0.2.1/x", "192.0.2.1", "/x", TARGET_HTTPS, 443},
	{"https://[2001:DB8:0::1]:8443/", "2001:db8::1", "/", TARGET_HTTPS, 8443},
	{"tcp://example.org:22", "example.org", "", TARGET_TCP, 22},
	{"tcp://[2001:db8::1]:22/", "2001:db8::1", "", TARGET_TCP, 22},
	{"dns://9.9.9.9/Example.org.", "9.9.9.9", "example.org", TARGET_DNS, 53},
	{"dns://[2620:fe::fe]:5353/example.org", "2620:fe::fe", "example.org", TARGET_DNS, 5353},
	{"example.org", "example.org", "/", TARGET_HTTPS, 443},
	{"example.org:443", "example.org", "/", TARGET_HTTPS, 443},
	{"example.org:80", "example.org", "/", TARGET_HTTP, 80},
	{"example.org:22", "example.org", "", TARGET_TCP, 22},
	{"127.0.0.1:8080", "127.0.0.1", "", TARGET_TCP, 8080},
	{"2001:db8::1", "2001:db8::1", "/", TARGET_HTTPS, 443},
	{"[2001:db8::1]:22", "2001:db8::1", "", TARGET_TCP, 22},
	{"[2001:db8::1]", "2001:db8::1", "/", TARGET_HTTPS, 443},
	{"xn--mgba3a4f16a.ir", "xn--mgba3a4f16a.ir", "/", TARGET_HTTPS, 443},
	{"a_b.example", "a_b.example", "/", TARGET_HTTPS, 443},
};

static void one_url(void **state)
{
	struct target t;
	char err[256];
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (targets_parse_one(&t, good[i].text, err, sizeof(err)) < 0)
			fail_msg("%s", err);
		assert_string_equal(t.host, good[i].host);
		assert_string_equal(t.path, good[i].path);
		assert_int_equal(t.scheme, good[i].scheme);
		assert_int_equal(t.port, good[i].port);
		assert_int_equal(t.class, CLASS_OTHER);
		assert_int_equal(t.expect_status, 0);
	}
}

static const char *const bad[] = {
	"",
	"ftp://example.org/",
	"https://",
	"https:///x",
	"https://a b/",
	"https://ex\tample/",
	"https://user@example.org/",
	"https://example.org:0/",
	"https://example.org:65536/",
	"https://example.org:/",
	"https://example.org:8o/",
	"https://1.2.3/",
	"https://127.1/",
	"https://256.1.1.1/",
	"https://a..b/",
	"https://.a/",
	"https://-/x\x7f",
	"https://[::1/",
	"https://[fe80::1%25eth0]/",
	"https://[::1]x/",
	"https://2001:db8::1/",
	"tcp://example.org",
	"tcp://example.org:22/x",
	"dns://example.org/name",
	"dns://9.9.9.9",
	"dns://9.9.9.9/",
	"dns://9.9.9.9/1.2.3.4",
	"dns://9.9.9.9/a/b",
	"example.org/path",
	"http://ex\xc3\xa4mple/",
	"example.org:",
	"https://example.org,",
	"https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org/",
};

static void refused_urls(void **state)
{
	struct target t;
	char err[256], longest[TARGET_URL_MAX + 8];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		*err = '\0';
		if (targets_parse_one(&t, bad[i], err, sizeof(err)) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_true(strlen(err) > strlen(bad[i]));
	}
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "http://b/", 9);
	longest[TARGET_URL_MAX] = '\0';
	assert_int_equal(targets_parse_one(&t, longest, err, sizeof(err)), -1);
	longest[TARGET_URL_MAX - 1] = '\0';
	assert_int_equal(targets_parse_one(&t, longest, err, sizeof(err)), 0);
	/* no room in the URL for the slash that the path begins with */
	memcpy(longest, "http://b?", 9);
	assert_int_equal(targets_parse_one(&t, longest, err, sizeof(err)), 0);
	assert_int_equal(strlen(t.path), TARGET_URL_MAX - 1 - strlen("http://b") + 1);
}

static void our_shape(void **state)
{
	struct list *l = *state;
	const struct target *t;
	assert_int_equal(load(l, HEADER "https://a.example/,open,0,expect:204 \"A\"\n"), -1);
	assert_int_equal(load(l, HEADER "https://a.example/,open,0,\"expect:204, A\"\n"
					"\n"
					"dns://9.9.9.9/b.example,resolver,3,\n"),
			 0);
	assert_int_equal(l->targets.n, 2);
	t = l->targets.list;
	assert_string_equal(t[0].url, "https://a.example/");
	assert_int_equal(t[0].class, CLASS_OPEN);
	assert_int_equal(t[0].level, 0);
	assert_int_equal(t[0].expect_status, 204);
	assert_int_equal(t[1].class, CLASS_RESOLVER);
	assert_int_equal(t[1].level, 3);
	assert_int_equal(t[1].expect_status, 0);
	assert_int_equal(strlen(l->targets.hash), 64);
}

static void citizen_lab_shape(void **state)
{
	struct list *l = *state;
	assert_int_equal(
		load(l, "url,category_code,category_description,date_added,source,notes\r\n"
			"https://a.example/,NEWS,News Media,2014-04-15,citizenlab,\"x, y\"\r\n"),
		0);
	assert_int_equal(l->targets.n, 1);
	assert_int_equal(l->targets.list[0].class, CLASS_OTHER);
	assert_int_equal(l->targets.list[0].level, 2);
}

static void hash_is_that_of_the_file(void **state)
{
	struct list *l = *state;
	assert_int_equal(load(l, HEADER "tcp://a.example:1,other,1,\n"), 0);
	/* sha256sum(1) */
	assert_string_equal(l->targets.hash,
			    "9bc0656acd7acd5bf9f698773dfe54313fdb6f9f674bc386e75fb835c8e7395d");
}

static const struct {
	const char *text, *why;
} refused[] = {
	{"", "the file is empty"},
	{"a,b\n", "line 1: the first line must be"},
	{HEADER, "there are no targets"},
	{HEADER "https://a.example/,open,0\n", "line 2: not as many columns"},
	{HEADER "https://a.example/,open,0,a,b\n", "line 2: not as many columns"},
	{HEADER "\nhttps://a b/,open,0,\n", "line 3: a space or control character"},
	{HEADER "https://a.example/,opn,0,\n", "line 2: the class has to be"},
	{HEADER "https://a.example/,link,0,\n", "line 2: the class has to be"},
	{HEADER "https://a.example/,open,4,\n", "line 2: the level has to be"},
	{HEADER "https://a.example/,open,,\n", "line 2: the level has to be"},
	{HEADER "https://a.example/,open,0,expect:ok\n", "line 2: expect: has to be"},
	{HEADER "https://a.example/,open,0,expect:099\n", "line 2: expect: has to be"},
	{HEADER "https://a.example/,open,0,\"x\n", "line 2: a quote is never closed"},
	{HEADER
	 "https://a.example/,open,0,\nhttps://b.example/,open,0,\nhttps://a.example/,other,1,\n",
	 "https://a.example/ is there twice"},
};

static void refused_lists(void **state)
{
	struct list *l = *state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		assert_int_equal(load(l, refused[i].text), -1);
		assert_int_equal(l->targets.n, 0);
		if (!strstr(l->err, refused[i].why) || strncmp(l->err, l->path, strlen(l->path)))
			fail_msg("'%s' instead of '%s'", l->err, refused[i].why);
	}
	assert_int_equal(targets_load(&l->targets, "/nonexistent", l->err, sizeof(l->err)), -1);
	assert_string_equal(l->err, "/nonexistent: No such file or directory");
}

static int add_inside(struct list *l, const char *text)
{
	assert_int_equal(buf_write_file(l->path, text, strlen(text), 0600), 0);
	*l->err = '\0';
	return targets_add_inside(&l->targets, l->path, l->err, sizeof(l->err));
}

static void hosts_inside(void **state)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{"", "the file is empty"},
		{HEADER "https://b.example/,open,0,\n", "the first line must be url,notes"},
		{"url,notes\nb.example,\n", "line 2: a URL has to begin with"},
		{"url,notes\nhttps://a.example/,\n", "https://a.example/ is there twice"},
	};
	struct list *l = *state;
	char hash[65];
	assert_int_equal(load(l, HEADER "https://a.example/,open,3,\n"), 0);
	strcpy(hash, l->targets.hash);
	assert_int_equal(
		add_inside(l, "url,notes\nhttp://b.example/,expect:\ntcp://c.example:22,\n"), 0);
	assert_int_equal(l->targets.n, 3);
	assert_int_equal(l->targets.list[0].class, CLASS_OPEN);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(l->targets.list[i].class, CLASS_OTHER);
		assert_int_equal(l->targets.list[i].level, 0);
	}
	assert_string_equal(l->targets.list[2].host, "c.example");
	assert_string_equal(l->targets.hash, hash); /* that of the list */
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(load(l, HEADER "https://a.example/,open,3,\n"), 0);
		assert_int_equal(add_inside(l, wrong[i].text), -1);
		assert_int_equal(l->targets.n, 0);
		if (!strstr(l->err, wrong[i].why))
			fail_msg("'%s' instead of '%s'", l->err, wrong[i].why);
	}
}

static void levels(void **state)
{
	struct list *l = *state;
	assert_int_equal(load(l, HEADER "https://a.example/,open,0,\nhttps://b.example/,open,3,\n"
					"https://c.example/,open,1,\nhttps://d.example/,open,2,\n"),
			 0);
	targets_keep_level(&l->targets, 1);
	assert_int_equal(l->targets.n, 2);
	assert_string_equal(l->targets.list[0].host, "a.example");
	assert_string_equal(l->targets.list[1].host, "c.example");
}

static void shipped_lists_are_good(void **state)
{
	struct list *l = *state;
	struct dirent *e;
	unsigned int n = 0;
	DIR *d = opendir("configs/countries");
	if (!d)
		skip(); /* not run from the top of the source tree */
	while ((e = readdir(d))) {
		char *path = xasprintf("configs/countries/%s/targets.csv", e->d_name);
		if (*e->d_name != '.' && access(path, R_OK) == 0) {
			if (targets_load(&l->targets, path, l->err, sizeof(l->err)) < 0)
				fail_msg("%s", l->err);
			char *inside = xasprintf("configs/countries/%s/inside.csv", e->d_name);
			if (access(inside, R_OK) == 0 &&
			    targets_add_inside(&l->targets, inside, l->err, sizeof(l->err)) < 0)
				fail_msg("%s", l->err);
			free(inside);
			targets_clear(&l->targets);
			n++;
		}
		free(path);
	}
	closedir(d);
	assert_true(n > 0);
}

static int init(void **state)
{
	(void)state;
	return keys_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_LIST(f) cmocka_unit_test_setup_teardown(f, open_list, close_list)
		cmocka_unit_test(one_url),
		cmocka_unit_test(refused_urls),
		WITH_LIST(our_shape),
		WITH_LIST(citizen_lab_shape),
		WITH_LIST(hash_is_that_of_the_file),
		WITH_LIST(refused_lists),
		WITH_LIST(hosts_inside),
		WITH_LIST(levels),
		WITH_LIST(shipped_lists_are_good),
	};
	return cmocka_run_group_tests(tests, init, NULL);
}
