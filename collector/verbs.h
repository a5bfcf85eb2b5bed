/* verbs.h: what the collector can be told to do. Each returns the exit code; trouble has been
 * logged. */
#ifndef COLLECTOR_VERBS_H
#define COLLECTOR_VERBS_H

struct conf;
struct options;

int verb_init(const struct conf *c);		  /* init.c */
int verb_serve(const struct options *o);	  /* serve.c */
int verb_rebuild(const struct conf *c);		  /* rebuild.c */
int verb_export_package(const struct options *o); /* export_package.c: export of a package */
int verb_export(const struct options *o);	  /* export.c */

#endif
