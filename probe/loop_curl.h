/* loop_curl.h: a libcurl multi handle driven by libevent. Transfers are easy handles whose options
 * are the caller's business; CURLOPT_PRIVATE is taken. */
#ifndef PROBE_LOOP_CURL_H
#define PROBE_LOOP_CURL_H

#include <curl/curl.h>

struct event_base;
struct loop_curl;	   /* opaque */
struct loop_curl_transfer; /* opaque */

struct loop_curl *loop_curl_new(struct event_base *base);
/* Every transfer must have ended or been dropped. */
void loop_curl_free(struct loop_curl *c);

/* Starts a transfer; done comes once, never from inside this call. The easy handle stays the
 * caller's, who frees it in done or later, after loop_curl_drop. NULL when libcurl refuses it. */
struct loop_curl_transfer *loop_curl_start(struct loop_curl *c, CURL *easy,
					   void (*done)(void *arg, CURLcode code), void *arg);
/* Lets go of a transfer, whether it has ended (done was called) or not. Takes NULL. */
void loop_curl_drop(struct loop_curl_transfer *t);

#endif
