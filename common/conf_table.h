/* conf_table.h: the inside of struct conf, for conf.c and conf_write.c alone. */
#ifndef COMMON_CONF_TABLE_H
#define COMMON_CONF_TABLE_H

#include "common/conf.h"

#define CONF_FILE_MAX (64 * 1024)

enum conf_rank { CONF_UNSET, CONF_FILE, CONF_ENV, CONF_FLAG };

struct conf_value {
	enum conf_rank rank;
	char *text[CONF_VALUES_MAX]; /* owned */
	size_t n;
};

struct conf {
	const struct conf_option *table;
	const char *env_prefix;
	size_t n;
	struct conf_value *values; /* one per row of the table, owned */
};

#endif
