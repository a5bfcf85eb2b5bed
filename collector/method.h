/* method.h: what views are made with, as one line of text: META "method" of their store. */
#ifndef COLLECTOR_METHOD_H
#define COLLECTOR_METHOD_H

#include "collector/country.h"
#include "collector/views.h"

/* Version and country first, then settings, and by their hash or date the lists, the tables and the database of networks. */
#define METHOD_LEN 192
void method_text(const struct country *country, const struct views_config *config,
		 char out[static METHOD_LEN]);

#endif
