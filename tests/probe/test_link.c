/* test_link.c: the states of a link, made with the kernel's own means: a pair of interfaces, the other
 * end of which is in a second network namespace and plays the gateway. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/probe/cycle.h"

/* Long enough for neighbours on one machine; only the silent ones are waited for. */
#define SHORT_MS 1200

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char command[512];
	va_list ap;
	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

struct gateway {
	pid_t pid;
	int tell, hear;
};

/* The gateway's life: gets one end of the pair, puts its addresses on it, and waits for its end. */
static void be_the_gateway(int hear, int tell)
{
	char c = 'r';
	if (unshare(CLONE_NEWNET) < 0 || write(tell, &c, 1) != 1 || read(hear, &c, 1) != 1)
		_exit(1);
	int rc = system("ip addr add 10.0.0.1/24 dev v1 && ip link set v1 up && "
			"ip -6 addr add fe80::1/64 dev v1 nodad");
	if (rc || write(tell, &c, 1) != 1)
		_exit(1);
	_exit(read(hear, &c, 1) == 0 ? 0 : 1);
}

static void begin_gateway(struct gateway *g)
{
	int down[2], up[2];
	char c = 'g';
	assert_int_equal(pipe(down) | pipe(up), 0);
	g->pid = fork();
	assert_true(g->pid >= 0);
	if (!g->pid) {
		close(down[1]);
		close(up[0]);
		be_the_gateway(down[0], up[1]);
	}
	close(down[0]);
	close(up[1]);
	g->tell = down[1];
	g->hear = up[0];
	assert_int_equal(read(g->hear, &c, 1), 1);
	shell("ip link add v0 type veth peer name v1 && ip link set v1 netns %d", (int)g->pid);
	assert_int_equal(write(g->tell, &c, 1), 1);
	assert_int_equal(read(g->hear, &c, 1), 1);
}

static void end_gateway(const struct gateway *g)
{
	int status;
	close(g->tell);
	assert_int_equal(waitpid(g->pid, &status, 0), g->pid);
	assert_int_equal(status, 0);
	close(g->hear);
}

/* failure, ipv4, ipv6, gateway, gwup */
static void expect(struct cycle *c, enum failure failure, int ipv4, int ipv6, int gateway, int gwup)
{
	cycle_start(c, true);
	cycle_finish(c);
	const struct seen *s = cycle_step(c, KIND_LINK, 0);
	assert_non_null(s);
	const int64_t *v = s->result.v;
	if (v[RESULT_FAILURE] != (int64_t)failure)
		fail_msg("'%s' instead of '%s'", failure_str((enum failure)v[RESULT_FAILURE]),
			 failure_str(failure));
	assert_int_equal(v[RESULT_IPV4], ipv4);
	assert_int_equal(v[RESULT_IPV6], ipv6);
	assert_int_equal(v[RESULT_GATEWAY], gateway);
	assert_int_equal(v[RESULT_GWUP], gwup);
	assert_string_equal(s->addr, "");
	assert_string_equal(s->answer, "");
}

static void from_nothing_to_ipv6(void)
{
	static struct cycle c;
	struct gateway g;
	cycle_open(&c);
	c.config.check_timeout_ms = SHORT_MS;
	c.config.resolv_conf = "/nonexistent";
	expect(&c, FAIL_NO_CARRIER, 0, 0, 0, -1);
	begin_gateway(&g);
	expect(&c, FAIL_NO_CARRIER, 0, 0, 0, -1);
	/* The kernel tells of a carrier some time after there is one. */
	shell("ip link set v0 up && "
	      "until ip -o link show v0 | grep -q 'state UP'; do sleep 0.01; done");
	expect(&c, FAIL_NO_ADDRESS, 0, 0, 0, -1);
	shell("ip addr add 169.254.7.7/16 dev v0");
	expect(&c, FAIL_NO_ADDRESS, 0, 0, 0, -1);
	shell("ip addr add 10.0.0.2/24 dev v0");
	expect(&c, FAIL_NO_GATEWAY, 1, 0, 0, -1);
	shell("ip route add default via 10.0.0.1");
	expect(&c, FAIL_NONE, 1, 0, 1, 1);
	/* Nobody has this address. ARP alone does not make a link down. */
	shell("ip route replace default via 10.0.0.9");
	expect(&c, FAIL_NONE, 1, 0, 1, 0);
	/* The better of two routes counts, and a line without a gateway address has no say. */
	shell("ip route add default via 10.0.0.1 metric 50 && ip route del default via 10.0.0.9 && "
	      "ip route add default via 10.0.0.9 metric 60");
	expect(&c, FAIL_NONE, 1, 0, 1, 1);
	shell("ip route add default dev v0 metric 40");
	expect(&c, FAIL_NONE, 1, 0, 1, -1);
	/* There is no neighbour to look for on a line. */
	shell("ip route flush exact default && ip tuntap add t0 mode tun && ip link set t0 up && "
	      "ip route add default via 10.0.0.77 dev t0 onlink");
	expect(&c, FAIL_NONE, 1, 0, 1, -1);
	shell("ip link del t0 && ip -4 addr flush dev v0 && "
	      "ip -6 addr add 2001:db8::2/64 dev v0 nodad");
	expect(&c, FAIL_NO_GATEWAY, 0, 1, 0, -1);
	shell("ip -6 route add default via fe80::1 dev v0");
	expect(&c, FAIL_NONE, 0, 1, 1, 1);
	shell("ip -6 route replace default via fe80::9 dev v0");
	expect(&c, FAIL_NONE, 0, 1, 1, 0);
	end_gateway(&g);
	cycle_close(&c);
}

static void nameserver(struct cycle *c, const char *conf, int ns, int nsup)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s", cycle_file(c, "resolv.conf", conf));
	runner_free(c->runner);
	c->runner = NULL;
	c->config.resolv_conf = path;
	cycle_start(c, true);
	cycle_finish(c);
	const struct seen *s = cycle_step(c, KIND_LINK, 0);
	assert_int_equal(s->result.v[RESULT_NS], ns);
	assert_int_equal(s->result.v[RESULT_NSUP], nsup);
}

static void nameservers(void)
{
	static const struct bad_reply refusal[] = {{.what = BAD_DNS_ANSWER, .rcode = 5}, {0}};
	static const struct bad_reply wrong[] = {{.what = BAD_DNS_WRONG_ID}, {0}};
	static const struct bad_name refuses[] = {{.name = "", .replies = refusal}, {.name = NULL}};
	static const struct bad_name forges[] = {{.name = "", .replies = wrong}, {.name = NULL}};
	static const struct bad_name silent[] = {{.name = "", .silent = 1}, {.name = NULL}};
	static const struct bad_name second[] = {{.name = "", .replies = refusal, .only_nth = 2},
						 {.name = NULL}};
	static struct cycle c;
	cycle_open(&c);
	c.config.check_timeout_ms = SHORT_MS;
	shell("ip link set lo up");
	baddns_serve_at(c.dns, "127.0.0.2", refuses, 53);
	baddns_serve_at(c.dns, "127.0.0.3", silent, 53);
	baddns_serve_at(c.dns, "127.0.0.4", forges, 53);
	baddns_serve_at(c.dns, "127.0.0.5", second, 53);
	nameserver(&c, "# none\n", 0, -1);
	nameserver(&c, "nameserver 127.0.0.2\n", 1, 1);
	nameserver(&c, "nameserver 127.0.0.3\n", 1, 0);
	nameserver(&c, "nameserver 127.0.0.4\n", 1, 0);
	nameserver(&c, "nameserver 127.0.0.5\n", 1, 1); /* one packet may get lost */
	nameserver(&c, "nameserver 127.0.0.6\n", 1, 0); /* ICMP */
	nameserver(&c, "nameserver 192.0.2.1\n", 1, 0); /* no route */
	/* The first is the one that programs wait for. */
	nameserver(&c, "nameserver 127.0.0.3\nnameserver 127.0.0.2\n", 1, 0);
	cycle_close(&c);
}

static void in_a_namespace(void (*test)(void))
{
	int status;
	fflush(stdout);
	pid_t child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET) < 0)
			_exit(77);
		test(); /* an assertion that fails ends in a status other than 0, too */
		exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* this system does not give namespaces to its users */
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void each_state_of_a_link(void **state)
{
	(void)state;
	in_a_namespace(from_nothing_to_ipv6);
}

static void whether_the_nameserver_answers(void **state)
{
	(void)state;
	in_a_namespace(nameservers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_of_a_link),
		cmocka_unit_test(whether_the_nameserver_answers),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
