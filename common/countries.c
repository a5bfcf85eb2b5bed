/* countries.c: finds the country folders without a setting, so that a fresh checkout runs as it is. */
#include "common/countries.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"

bool countries_is_code(const char *s)
{
	return isupper((unsigned char)s[0]) && isupper((unsigned char)s[1]) && !s[2];
}

bool countries_is_region(const char *s, const char *country)
{
	size_t n = strlen(s);
	if (n < 4 || n > 6 || memcmp(s, country, 2) || s[2] != '-')
		return false;
	for (s += 3; *s; s++)
		if (!isupper((unsigned char)*s) && !isdigit((unsigned char)*s))
			return false;
	return true;
}

char *countries_default_dir(void)
{
	char exe[PATH_MAX], real[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n > 0) {
		exe[n] = '\0';
		*strrchr(exe, '/') = '\0'; /* always an absolute path */
		char *dir = xasprintf("%s/../../configs/countries", exe);
		bool found = realpath(dir, real) != NULL;
		free(dir);
		if (found)
			return xstrdup(real);
	}
	return xstrdup(SHAREDIR "/countries");
}
