/* trial.c: puts the pieces together. */
#include "tests/sim/trial.h"

#include <time.h>

#include "common/log.h"
#include "tests/sim/script.h"

/* As configs/collector.conf. */
static const struct views_config views = {.bucket_ms = 60000, .step_ms = 300000, .min_probes = 5};

void trial_run(const struct trial *t, struct score *score, struct score *rivals,
	       struct trial_cost *cost)
{
	char err[256];
	clock_t begun = clock();
	struct world *w = world_new(&t->world, err, sizeof(err));
	if (!w)
		log_fatalx(1, "sim: %s", err);
	struct course *c = t->course(t, w);
	struct truth *truth = truth_new(w, c, t->from_ms, t->until_ms);
	struct judge *judge = judge_new(truth, score);
	const struct views_listener listener = judge_listener(judge);
	struct subject *subject = subject_new(w->country, &views, &listener);
	struct stream *stream = stream_new(w, c, subject, t->from_ms);
	stream_listen(stream, truth_witness, truth);
	if (t->outages)
		script_outages(stream, w, t->from_ms + t->quiet_ms, t->until_ms);
	stream_run(stream, t->until_ms);
	judge_close(judge, subject_store(subject));
	if (rivals)
		rivals_score(rivals, truth, subject_store(subject));
	struct subject_counts counts = subject_counts(subject);
	cost->counts.batches += counts.batches;
	cost->counts.refused += counts.refused;
	cost->counts.marks += counts.marks;
	cost->rounds += stream_counts(stream).rounds;
	cost->cpu_s += (double)(clock() - begun) / CLOCKS_PER_SEC;
	stream_free(stream);
	subject_free(subject);
	judge_free(judge);
	truth_free(truth);
	course_free(c);
	world_free(w);
}
