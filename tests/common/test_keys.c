/* test_keys.c: text form, files, epochs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/keys.h"

static void text_both_ways(void **state)
{
	static const char *const bad[] = {"",
					  "short",
					  "0QoBMCW3TCgwH63IWK5p89tuLHdXkA0zKNWpj8Xlazs=",
					  "0QoBMCW3TCgwH63IWK5p89tuLHdXkA0zKNWpj8Xlaz",
					  "0QoBMCW3TCgwH63IWK5p89tuLHdXkA0zKNWpj8Xlazs0",
					  "0QoBMCW3TCgwH63IWK5p89tuLHdXkA0zKNWpj8Xl zs"};
	uint8_t pk[KEYS_BOX_PK];
	char text[KEYS_TEXT_LEN];
	(void)state;
	assert_int_equal(keys_parse(pk, "0QoBMCW3TCgwH63IWK5p89tuLHdXkA0zKNWpj8Xlazs"), 0);
	keys_text(text, pk);
	assert_string_equal(text, "0QoBMCW3TCgwH63IWK5p89tuLHdXkA0zKNWpj8Xlazs");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(keys_parse(pk, bad[i]), -1);
}

static void files(void **state)
{
	char dir[] = "/tmp/test_keys_XXXXXX";
	struct keys_box a, b;
	uint8_t s1[KEYS_SEED], s2[KEYS_SEED];
	struct stat st;
	(void)state;
	assert_non_null(mkdtemp(dir));
	char *box = xasprintf("%s/box", dir), *seed = xasprintf("%s/seed", dir);
	assert_int_equal(keys_box_create(&a, box), 0);
	assert_int_equal(keys_box_load(&b, box), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(keys_box_create(&b, box), -1); /* never over an existing key */
	assert_int_equal(errno, EEXIST);
	assert_int_equal(stat(box, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(keys_seed_create(s1, seed), 0);
	assert_int_equal(keys_seed_load(s2, seed), 0);
	assert_memory_equal(s1, s2, KEYS_SEED);
	assert_int_equal(truncate(seed, 31), 0);
	assert_int_equal(keys_seed_load(s2, seed), -1);
	unlink(box);
	unlink(seed);
	rmdir(dir);
	free(box);
	free(seed);
}

static void epochs_do_not_link(void **state)
{
	uint8_t seed[KEYS_SEED] = {1};
	struct keys_sign a, b, again;
	(void)state;
	keys_sign_derive(&a, seed, 20461);
	keys_sign_derive(&b, seed, 20462);
	keys_sign_derive(&again, seed, 20461);
	assert_memory_equal(a.pk, again.pk, sizeof(a.pk));
	assert_memory_not_equal(a.pk, b.pk, sizeof(a.pk));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_both_ways),
		cmocka_unit_test(files),
		cmocka_unit_test(epochs_do_not_link),
	};
	if (keys_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
