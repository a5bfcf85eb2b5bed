/* limits.h: every cap that a remote party can reach, in one place, each with its reason.
 *
 * A limit that protects memory is the product of what one peer may hold and how many peers there
 * may be; change one only with the arithmetic beside it. */
#ifndef COMMON_LIMITS_H
#define COMMON_LIMITS_H

/* Results in one batch. A probe seals at the end of a cycle; 4,096 results are some 100 KiB of JSON
 * Lines before compression, and 20 to 25 bytes each on the wire. */
#define BATCH_RESULTS_MAX 4096

/* Largest sealed batch: the top size class of the padding (common/README.md). Twice what
 * BATCH_RESULTS_MAX results need when they compress badly. */
#define BATCH_SEALED_MAX (256 * 1024)

/* Largest decompressed batch. 4,096 results at 200 bytes; a bomb of any ratio stops here, because
 * the decompressor writes into a buffer of this size and no further. */
#define BATCH_PLAIN_MAX (1024 * 1024)

/* zstd window: 2^20 covers BATCH_PLAIN_MAX. The library's default would let a frame ask for 128
 * MiB. */
#define BATCH_WINDOW_LOG 20

/* Distinct targets, addresses and resolvers named by one batch. */
#define BATCH_TARGETS_MAX   1024
#define BATCH_ADDRS_MAX	    2048
#define BATCH_RESOLVERS_MAX 16
#define BATCH_FPS_MAX	    64

/* Distinct certificates named by one batch: chains share their issuers, so a hundred sites make
 * some two hundred. */
#define BATCH_CERTS_MAX 1024

/* Answered addresses kept per DNS result; more than this is CDN noise, not evidence. */
#define RESULT_ANSWERS_MAX 8

/* Certificates kept per chain: the public ones have two to four. */
#define RESULT_CHAIN_MAX 8

/* Addresses of one family that are tried per target. More of them are mostly copies of one site,
 * and each costs a handshake with its certificates. */
#define CHAIN_ADDRS_MAX 2

/* Redirects that are followed, all of them to https at the same host. */
#define CHAIN_HOPS_MAX 5

/* One target URL. Browsers stop at 2,048 or more; the lists we read stay under 300. */
#define TARGET_URL_MAX 512

/* Rows of a target list: Citizen Lab's largest list has about 1,700. */
#define TARGETS_MAX 4096

/* What a check reads of one HTTP answer, all in all: informational answers (1xx), headers, the framing
 * of chunks and the body, as it comes over the wire (no compression is asked for). A block page shows
 * itself in the first few KiB. */
#define CHECK_READ_MAX (64 * 1024)

/* A result older or newer than this on arrival is refused with a reason: 400 days of spool is more
 * than any blackout so far, ten minutes ahead is more than a wrong clock that a probe knows of. */
#define RESULT_AGE_MAX_MS    (400LL * 24 * 3600 * 1000)
#define RESULT_FUTURE_MAX_MS (10LL * 60 * 1000)

/* Targets of one class that have a vote in a cell: one bit each in a 64-bit mask. */
#define CELL_TARGETS_MAX 64

/* What is remembered of one target and day from probes outside the country: more networks than any site
 * has, and enough controls for a majority. With 50 targets and RESULT_AGE_MAX_MS some 15 MB. */
#define KNOWN_PREFIXES_MAX 32
#define KNOWN_PAGES_MAX	   16

/* One configuration line; also inih's own line buffer, so that no line is ever split silently. */
#define CONF_LINE_MAX 198

/* Request line and headers of one API request; nginx uses 8 KiB for the line and 4 x 8 for headers.
 */
#define HTTP_HEADERS_MAX (16 * 1024)

/* Rows and events of one answer. A month of 31 provinces in steps of five minutes is 276,768 rows; a year of 31
 * provinces and 26 networks with an event a week each is 43,000 events. */
#define API_ROWS_MAX   500000
#define API_EVENTS_MAX 50000

/* Answers that are kept for those who ask the same again: the pages and figures that many look at, in two languages and
 * five ranges, are some hundreds of 10 to 20 KB; a month of 31 provinces as JSON is some hundred KB, compressed. */
#define ANSWERS_KEPT_MAX       1024
#define ANSWERS_KEPT_ONE_MAX   (8u * 1024 * 1024)
#define ANSWERS_KEPT_BYTES_MAX (64u * 1024 * 1024)

/* Of one page, where an answer is asked for in pages: a row with all its counts is 1.4 KB of JSON, so a page stays below
 * what an answer may have in memory. */
#define API_PAGE_MAX 50000

/* Seconds that one request may take from its first byte to its last: 256 KiB at 50 kbit/s is 42 s.
 */
#define HTTP_REQUEST_TIMEOUT_S 90

/* Receipt or error body that a probe reads from a collector. */
#define RECEIPT_MAX (16 * 1024)

#endif
