/* markup.h: what a test can ask of markup: is it whole, what is in it. Failures end the test. */
#ifndef TESTS_COLLECTOR_MARKUP_H
#define TESTS_COLLECTOR_MARKUP_H

#include <stddef.h>

/* text is well-formed as XML: elements nest, attributes are quoted and stand once, nothing is left unescaped. No id
 * stands twice, and what url(#x) and href="#x" point at is in text or in defs (NULL for none). No style and no script
 * is inline, which the pages' content security policy would refuse. */
void markup_check(const char *text, const char *defs);

size_t markup_count(const char *text, const char *what);
/* what is in text, or is not. */
void markup_has(const char *text, const char *what);
void markup_lacks(const char *text, const char *what);

#endif
