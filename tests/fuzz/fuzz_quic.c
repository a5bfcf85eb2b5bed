/* fuzz_quic.c: the first 23 bytes become the header of a greeting, the rest is any answer to it; once
 * as it is, once with the connection ids that it should have. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "probe/wire_quic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool read_exactly(const uint8_t *data, size_t len, const uint8_t *greeting)
{
	uint8_t *copy = xmalloc(len + !len);
	uint32_t version;
	if (len)
		memcpy(copy, data, len);
	bool negotiated = wire_quic_read(&version, copy, len, greeting);
	if (negotiated)
		assert(len > WIRE_QUIC_HEADER && (len - WIRE_QUIC_HEADER) % 4 == 0);
	free(copy);
	return negotiated;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t greeting[WIRE_QUIC_LEN] = {0};
	if (len < WIRE_QUIC_HEADER || len > 2 * WIRE_QUIC_LEN)
		return 0;
	memcpy(greeting, data, WIRE_QUIC_HEADER);
	wire_quic_greet(greeting);
	assert(!read_exactly(greeting, sizeof(greeting), greeting)); /* an echo */
	data += WIRE_QUIC_HEADER;
	len -= WIRE_QUIC_HEADER;
	read_exactly(data, len, greeting);
	if (len < WIRE_QUIC_HEADER)
		return 0;
	uint8_t *whole = xmalloc(len);
	memcpy(whole, data, len);
	whole[0] |= 0x80;
	memset(whole + 1, 0, 4);
	memcpy(whole + 5, greeting + 14, 9);
	memcpy(whole + 14, greeting + 5, 9);
	read_exactly(whole, len, greeting);
	free(whole);
	return 0;
}
