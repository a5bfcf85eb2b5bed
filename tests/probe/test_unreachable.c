/* test_unreachable.c: what routers say. ICMP errors come from a packet filter in a network namespace
 * of this program's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/probe/cycle.h"

/* The packet that says so may meet a connection attempt that is not finished with its own system call
 * and is dropped then; the next one comes after the second SYN, a second later. */
#define LONG_MS 5000

static int open_cycle(void **state)
{
	static struct cycle c;
	cycle_open(&c);
	c.config.check_timeout_ms = LONG_MS;
	*state = &c;
	return 0;
}

static int close_cycle(void **state)
{
	cycle_close(*state);
	return 0;
}

static void each_icmp_error(void **state)
{
	static const struct {
		const char *url;
		enum failure failure;
	} cases[] = {
		{"tcp://127.0.0.1:1001", FAIL_HOST_UNREACHABLE},
		{"tcp://127.0.0.1:1002", FAIL_HOST_UNREACHABLE},
		{"tcp://127.0.0.1:1003", FAIL_HOST_UNREACHABLE},
		{"tcp://127.0.0.1:1004", FAIL_CONNECTION_REFUSED},
		{"tcp://127.0.0.1:1005", FAIL_CONNECTION_REFUSED},
		{"tcp://[::1]:1001", FAIL_HOST_UNREACHABLE},
		/* no route of this device's own */
		{"tcp://192.0.2.1:1001", FAIL_NETWORK_UNREACHABLE},
		{"tcp://[2001:db8::1]:1001", FAIL_NETWORK_UNREACHABLE},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct seen *s = cycle_one(*state, "%s", cases[i].url);
		if (s->result.kind != KIND_TCP || s->result.v[RESULT_FAILURE] != cases[i].failure)
			fail_msg("%s: %s", cases[i].url,
				 failure_str((enum failure)s->result.v[RESULT_FAILURE]));
	}
}

/* In a user namespace where there is one, else as root. */
static void move_away(const char *self)
{
	static const char script[] =
		"user=-Ur; unshare -U true 2>/dev/null || user=\n"
		"exec unshare $user -n sh -c 'ip link set lo up && nft -f - <<E || exit 1\n"
		"table inet t { chain c { type filter hook input priority 0;\n"
		"tcp dport 1001 meta nfproto ipv4 reject with icmp type host-unreachable\n"
		"tcp dport 1001 meta nfproto ipv6 reject with icmpv6 type addr-unreachable\n"
		"tcp dport 1002 reject with icmp type net-unreachable\n"
		"tcp dport 1003 reject with icmp type admin-prohibited\n"
		"tcp dport 1004 reject with icmp type port-unreachable\n"
		"tcp dport 1005 reject with tcp reset\n"
		"}; }\n"
		"E\n"
		"exec \"$0\"' \"$0\"";
	setenv("UNREACHABLE_INSIDE", "1", 1);
	execl("/bin/sh", "sh", "-c", script, self, (char *)NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_icmp_error, open_cycle, close_cycle),
	};
	if (argc != 1)
		return 2;
	if (!getenv("UNREACHABLE_INSIDE")) {
		move_away(argv[0]);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
