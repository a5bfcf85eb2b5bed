/* test_resolver.c: which texts are resolvers, and what resolv.conf makes of "system". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <event2/event.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/limits.h"
#include "probe/resolver.h"

static void texts(void **state)
{
	static const char *const good[] = {
		"system",
		"udp://9.9.9.9",
		"udp://9.9.9.9:5353",
		"udp://2620:fe::fe",
		"udp://[2620:fe::fe]",
		"udp://[2620:fe::fe]:5353",
		"https://dns.example/dns-query",
		"https://dns.example:8443/",
		"https://9.9.9.9/dns-query",
		"https://[2620:fe::fe]/dns-query",
		"https://[2620:fe::fe]:443/a/b;c=d",
	};
	static const char *const bad[] = {
		"",
		"9.9.9.9",
		"System",
		"tcp://9.9.9.9",
		"udp://dns.example",
		"udp://9.9.9.9:0",
		"udp://9.9.9.9:65536",
		"udp://9.9.9.9:53x",
		"udp://9.9.9.9/",
		"udp://[9.9.9.9",
		"https://dns.example",
		"https:///dns-query",
		"http://dns.example/dns-query",
		"https://dns.example:0/",
		"https://dns.example:65536/",
		"https://dns.example:/",
		"https://dns.example:443x/",
		"https://me@dns.example/",
		"https://me:secret@dns.example/",
		"https://dns.example/?dns=",
		"https://dns.example/{?dns}",
		"https://dns.example/#top",
		"https://dns.example/a b",
		"https://[2620:fe::fe/",
		"https://[not-an-address]/",
		"https://[::1]x/",
	};
	char err[256], long_text[TARGET_URL_MAX + 32] = "https://dns.example/";
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!resolver_knows(good[i], err, sizeof(err)))
			fail_msg("%s: %s", good[i], err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		*err = '\0';
		if (resolver_knows(bad[i], err, sizeof(err)))
			fail_msg("'%s' was taken", bad[i]);
		/* The sentence says what would be right. */
		assert_non_null(strstr(err, "udp://ADDRESS[:PORT]"));
		assert_non_null(strstr(err, "https://HOST[:PORT]/PATH"));
	}
	memset(long_text + strlen(long_text), 'x', TARGET_URL_MAX);
	assert_false(resolver_knows(long_text, err, sizeof(err)));
}

static char path[] = "/tmp/test_resolver_XXXXXX";

static void write_conf(const char *text)
{
	assert_int_equal(buf_write_file(path, text, strlen(text), 0600), 0);
}

static void text_of(char out[static 64], const union wire_addr *a)
{
	char addr[INET6_ADDRSTRLEN];
	bool six = a->any.sa_family == AF_INET6;
	inet_ntop(a->any.sa_family, six ? (const void *)&a->six.sin6_addr : &a->four.sin_addr, addr,
		  sizeof(addr));
	snprintf(out, 64, "%s %u %u", addr, ntohs(a->four.sin_port),
		 six ? a->six.sin6_scope_id : 0);
}

static void nameservers(void **state)
{
	union wire_addr servers[RESOLVER_SERVERS_MAX];
	char text[64], lo[64];
	(void)state;
	write_conf("# nameserver 192.0.2.9\n; nameserver 192.0.2.9\nsearch example\n"
		   "nameserver 192.0.2.1\n  nameserver\t2001:db8::1 # why not\n"
		   "nameserver dns.example\nnameserver fe80::1%nosuchiface\n"
		   "nameserver 192.0.2.1%lo\nnameserver fe80::1%lo\nnameserver 192.0.2.4\n");
	assert_int_equal(resolver_nameservers(servers, path), 3);
	text_of(text, &servers[0]);
	assert_string_equal(text, "192.0.2.1 53 0");
	text_of(text, &servers[1]);
	assert_string_equal(text, "2001:db8::1 53 0");
	snprintf(lo, sizeof(lo), "fe80::1 53 %u", if_nametoindex("lo"));
	text_of(text, &servers[2]);
	assert_string_equal(text, lo);
	write_conf("");
	assert_int_equal(resolver_nameservers(servers, path), 0);
	assert_int_equal(resolver_nameservers(servers, "/nonexistent"), 0);
}

static void resolvers(void **state)
{
	struct event_base *base = event_base_new();
	char text[64];
	(void)state;
	write_conf("");
	assert_null(resolver_new(base, "system", path, 5000));
	assert_null(resolver_new(base, "dns.example", path, 5000));
	resolver_free(NULL);

	write_conf("nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
	struct resolver *r = resolver_new(base, "system", path, 7000);
	assert_int_equal(r->n_servers, 2);
	assert_null(r->url);
	/* Sent again at 1/7 and 3/7: a second, then two more. Common timeouts hide flags in tv_usec. */
	assert_int_equal(r->waits[0]->tv_sec, 1);
	assert_int_equal(r->waits[1]->tv_sec, 2);
	resolver_free(r);

	r = resolver_new(base, "udp://[2620:fe::fe]:5353", path, 7000);
	assert_int_equal(r->n_servers, 1);
	text_of(text, &r->servers[0]);
	assert_string_equal(text, "2620:fe::fe 5353 0");
	resolver_free(r);

	r = resolver_new(base, "https://dns.example/dns-query", path, 7000);
	assert_int_equal(r->n_servers, 0);
	assert_string_equal(r->url, "https://dns.example/dns-query");
	assert_non_null(r->loop);
	resolver_free(r);
	event_base_free(base);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);
	(void)state;
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(nameservers),
		cmocka_unit_test(resolvers),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
