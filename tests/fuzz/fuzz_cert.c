/* fuzz_cert.c: any bytes as a certificate. What OpenSSL takes for one is told in printable letters, and
 * in nothing longer than promised. */
#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <string.h>

#include "probe/wire_cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_text(const char *text, size_t room)
{
	size_t len = strnlen(text, room);
	assert(len < room);
	for (size_t i = 0; i < len; i++)
		assert(text[i] >= ' ' && text[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const unsigned char *at = data;
	struct wire_cert c;
	X509 *x = d2i_X509(NULL, &at, (long)len);
	if (x) {
		wire_cert_take(&c, x);
		assert(strlen(c.brief.id) == 16 && strlen(c.brief.issuer) == 8);
		check_text(c.subject, sizeof(c.subject));
		check_text(c.issuer, sizeof(c.issuer));
	}
	X509_free(x);
	ERR_clear_error();
	return 0;
}
