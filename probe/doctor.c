/* doctor.c: lines for a person at once, since the network takes its time; JSON as a whole. */
#include "probe/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/options.h"

#define JSON_MAX (64 * 1024) /* some 25 lines */
#define LINE_MAX 1024

static const char *const grade_str[DOCTOR_GRADES] = {"ok", "warning", "problem"};

void doctor_begin(struct doctor *d, const struct options *o)
{
	*d = (struct doctor){
		.o = o, .state_dir = options_state_dir(o), .as_json = o->switches & SWITCH_JSON};
	term_init(&d->term, stdout);
	buf_init(&d->out, JSON_MAX);
	jsonw_begin(&d->json, &d->out);
	jsonw_object(&d->json, NULL);
	jsonw_array(&d->json, "checks");
}

static void print_line(const struct doctor *d, enum doctor_grade grade, const char *check,
		       const char *text, const char *advice)
{
	static const enum term_color colors[] = {TERM_GREEN, TERM_YELLOW, TERM_RED};
	const char *mark = grade == DOCTOR_WARNING ? "!" : term_mark(&d->term, grade == DOCTOR_OK);
	printf("%s%s%s %-14s %s\n", term_color(&d->term, colors[grade]), mark,
	       term_color(&d->term, TERM_RESET), check, text);
	if (advice)
		printf("    %s%s%s\n", term_color(&d->term, TERM_YELLOW), advice,
		       term_color(&d->term, TERM_RESET));
	fflush(stdout);
}

void doctor_say(struct doctor *d, enum doctor_grade grade, const char *check, const char *advice,
		const char *fmt, ...)
{
	char text[LINE_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->n[grade]++;
	if (!d->as_json) {
		print_line(d, grade, check, text, advice);
		return;
	}
	jsonw_object(&d->json, NULL);
	jsonw_str(&d->json, "check", check);
	jsonw_str(&d->json, "grade", grade_str[grade]);
	jsonw_str(&d->json, "text", text);
	jsonw_str(&d->json, "advice", advice);
	jsonw_end(&d->json);
}

int doctor_end(struct doctor *d)
{
	size_t problems = d->n[DOCTOR_PROBLEM], warnings = d->n[DOCTOR_WARNING];
	jsonw_end(&d->json);
	jsonw_int(&d->json, "problems", (int64_t)problems);
	jsonw_int(&d->json, "warnings", (int64_t)warnings);
	jsonw_end(&d->json);
	if (d->as_json)
		puts(d->out.data);
	else if (problems || warnings)
		printf("\n%zu problem%s, %zu warning%s\n", problems, problems == 1 ? "" : "s",
		       warnings, warnings == 1 ? "" : "s");
	else
		puts("\nall is well");
	buf_clear(&d->out);
	free(d->state_dir);
	return problems ? EXIT_INTERNAL : EXIT_DONE;
}
