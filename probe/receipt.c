/* receipt.c: {"batch":"<64 hex>","status":"new|duplicate","received":<ms>,...}
 *
 * Keys beyond these are allowed, so that a later collector can say more; what is here must be
 * exactly right, since a batch is deleted on its strength. */
#include "probe/receipt.h"

#include <jansson.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"

/* One JSON object of bounded size, or NULL. */
static json_t *parse_object(const char *body, size_t len)
{
	if (len > RECEIPT_MAX)
		return NULL;
	json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(root)) {
		json_decref(root);
		return NULL;
	}
	return root;
}

const char *receipt_parse(struct receipt *r, const char *body, size_t len,
			  const uint8_t id[static BATCH_ID])
{
	char want[2 * BATCH_ID + 1];
	const char *why = "not a JSON object";
	json_t *root = parse_object(body, len);
	if (!root)
		return why;

	const char *batch = json_string_value(json_object_get(root, "batch"));
	const char *status = json_string_value(json_object_get(root, "status"));
	const json_t *received = json_object_get(root, "received");
	why = "it is for another batch";
	if (!batch || strcmp(batch, batch_id_hex(want, id)))
		goto out;
	why = "the status is neither new nor duplicate";
	if (!status || (strcmp(status, "new") && strcmp(status, "duplicate")))
		goto out;
	why = "received is not a time";
	if (received && (!json_is_integer(received) || json_integer_value(received) < 0))
		goto out;
	r->duplicate = !strcmp(status, "duplicate");
	r->received_ms = received ? json_integer_value(received) : -1;
	why = NULL;
out:
	json_decref(root);
	return why;
}

/* The title is that of the status ("Bad request"); the detail is what is wrong with this batch. */
bool receipt_problem(char *text, size_t textlen, const char *body, size_t len)
{
	json_t *root = parse_object(body, len);
	const char *title = json_string_value(json_object_get(root, "title")),
		   *detail = json_string_value(json_object_get(root, "detail"));
	if (title)
		log_safe(text, textlen, detail && *detail ? detail : title);
	json_decref(root);
	return title != NULL;
}
