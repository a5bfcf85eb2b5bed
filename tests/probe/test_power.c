/* test_power.c: batteries and routes in a /sys and a /proc of this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/buf.h"
#include "probe/power.h"
#include "tests/probe/tempdir.h"

static char *dir;

static int set_up(void **state)
{
	static const char *const folders[] = {"class",
					      "class/power_supply",
					      "class/power_supply/AC",
					      "class/power_supply/BAT0",
					      "class/power_supply/mouse",
					      "net"};
	(void)state;
	dir = tempdir_new();
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (mkdir(tempdir_path(dir, folders[i]), 0700) < 0)
			return -1;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tempdir_free(dir);
	return 0;
}

static void put(const char *supply, const char *file, const char *text)
{
	char name[128];
	snprintf(name, sizeof(name), "class/power_supply/%s/%s", supply, file);
	tempdir_put(dir, name, text);
}

static enum power_pause on_battery(int percent)
{
	return power_look(&(struct power){.min_battery_percent = percent, .sys = dir, .proc = dir});
}

static void battery(void **state)
{
	(void)state;
	put("AC", "type", "Mains\n");
	put("AC", "online", "0\n");
	put("mouse", "type", "Battery\n");
	put("mouse", "scope", "Device\n");
	put("mouse", "status", "Discharging\n");
	put("mouse", "capacity", "3\n");
	assert_int_equal(on_battery(100), POWER_GO); /* a mouse alone */
	put("BAT0", "type", "Battery\n");
	put("BAT0", "status", "Discharging\n");
	put("BAT0", "capacity", "21\n");
	assert_int_equal(on_battery(20), POWER_GO);
	assert_int_equal(on_battery(21), POWER_BATTERY);
	assert_int_equal(on_battery(100), POWER_BATTERY);
	assert_int_equal(on_battery(0), POWER_GO); /* not asked for */
	put("BAT0", "status", "Charging\n");
	assert_int_equal(on_battery(100), POWER_GO);
	put("BAT0", "status", "Discharging\n");
	put("BAT0", "capacity", "");
	assert_int_equal(on_battery(100), POWER_GO); /* it does not say */
}

static void no_such_folder(void **state)
{
	struct power p = {.min_battery_percent = 100,
			  .metered = {"*"},
			  .n_metered = 1,
			  .sys = "/nonexistent",
			  .proc = "/nonexistent"};
	(void)state;
	assert_int_equal(power_look(&p), POWER_GO);
}

static enum power_pause over(const char *one, const char *other)
{
	struct power p = {.sys = dir, .proc = dir, .metered = {one, other}, .n_metered = 2};
	return power_look(&p);
}

#define HEAD	  "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define ETH0	  "eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
#define ETH0_LAN  "eth0\t0002A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
#define WWAN0	  "wwan0\t00000000\t00000000\t0001\t0\t0\t700\t00000000\t0\t0\t0\n"
#define WWAN0_LAN "wwan0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
#define ZEROS	  "00000000000000000000000000000000"
#define LO6	  ZEROS " 00 " ZEROS " 00 " ZEROS " ffffffff 00000001 00000000 00200200       lo\n"
#define WWAN6	  ZEROS " 00 " ZEROS " 00 " ZEROS " 00000400 00000002 00000000 00000003    wwan0\n"
#define ETH6	  ZEROS " 00 " ZEROS " 00 " ZEROS " 00000064 00000002 00000000 00000003     eth0\n"

static void metered(void **state)
{
	(void)state;
	tempdir_put(dir, "net/route", HEAD WWAN0_LAN WWAN0 ETH0 ETH0_LAN);
	assert_int_equal(over("wwan0", "ppp0"), POWER_GO); /* the smaller metric leads elsewhere */
	assert_int_equal(over("wlan0", "eth0"), POWER_METERED);
	tempdir_put(dir, "net/route", HEAD WWAN0_LAN WWAN0 ETH0_LAN);
	assert_int_equal(over("wwan0", "ppp0"), POWER_METERED);
	assert_int_equal(over("ppp*", "ww?n*"), POWER_METERED);
	assert_int_equal(over("wwan", "eth0"), POWER_GO);
	tempdir_put(dir, "net/route", HEAD WWAN0_LAN);
	assert_int_equal(over("wwan0", "lo"), POWER_GO); /* no way out at all */
	tempdir_put(dir, "net/ipv6_route", LO6);
	assert_int_equal(over("wwan0", "lo"), POWER_GO);
	tempdir_put(dir, "net/ipv6_route", WWAN6 LO6);
	assert_int_equal(over("wwan0", "lo"), POWER_METERED);
	tempdir_put(dir, "net/ipv6_route", WWAN6 ETH6 LO6);
	assert_int_equal(over("wwan0", "lo"), POWER_GO);
	tempdir_put(dir, "net/route", "\n\xff garbage\nwwan0\n" HEAD);
	assert_int_equal(over("wwan0", "lo"), POWER_GO);
}

static void words(void **state)
{
	(void)state;
	assert_null(power_str(POWER_GO));
	assert_non_null(power_str(POWER_BATTERY));
	assert_non_null(power_str(POWER_METERED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(battery, set_up, tear_down),
		cmocka_unit_test_setup_teardown(metered, set_up, tear_down),
		cmocka_unit_test(no_such_folder),
		cmocka_unit_test(words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
