/* consent.c: the one screen, in English and Persian, and the record of the answer:
 *
 *	answer = yes
 *	date = 2026-01-08
 *	text = 2
 *
 * The two texts say the same; change them together and raise CONSENT_TEXT_VERSION. They fit a
 * terminal of 80 columns and 24 lines, because what scrolls away was not read. */
#include "probe/consent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/state.h"

/* One line of source is one line of the screen. */
/* clang-format off */
static const char text_en[] =
	"Fanous measures whether networks work, so that blackouts can be seen and dated.\n"
	"\n"
	"What it does   Every few minutes this machine connects to a public list of sites\n"
	"               and resolvers, up to your level; sometimes it loads 64 KB.\n"
	"What is sent   Per site: reached or not, which step failed, how long it took,\n"
	"               who answered: public addresses, short marks of certificates. With\n"
	"               it: province, operator, kind of line, as you gave them. Sealed:\n"
	"               only the collector can read it. Never your address, name, machine\n"
	"               or place, or anything that you browse.\n"
	"Who could see  Your operator, and whoever watches the line, can see that this\n"
	"               machine opens those connections and reaches the collector. The\n"
	"               collector sees your address while connected; it does not keep it.\n"
	"The risk       This does not hide you. Where measuring is called spying, it can\n"
	"               bring questions, arrest or worse. If you can't bear that, say no.\n"
	"On this disk   Results wait here sealed; this machine can't read them back. That\n"
	"               the program is here can be seen. `probe wipe --yes` removes all.\n"
	"\n"
	"  y  yes, measure and send\n"
	"  m  measure, but send nothing: results wait here\n"
	"  n  no\n"
	"  f  فارسی\n";

static const char text_fa[] =
	"فانوس می‌سنجد که شبکه کار می‌کند یا نه، تا قطعی‌ها دیده و تاریخ‌دار شوند.\n"
	"\n"
	"چه می‌کند: این دستگاه هر چند دقیقه به فهرستی عمومی از سایت‌ها و سرورهای نام،\n"
	"  تا سطحی که در تنظیمات آمده است، وصل می‌شود و گاهی ۶۴ کیلوبایت می‌گیرد.\n"
	"چه می‌فرستد: برای هر سایت: رسید یا نرسید، کدام گام شکست خورد، چقدر طول کشید،\n"
	"  و چه کسی پاسخ داد: نشانی‌های عمومی و نشانه‌ای کوتاه از گواهی‌ها؛ همراه با\n"
	"  استان، اپراتور و نوع خط، همان‌گونه که گفته‌اید. مهروموم‌شده: فقط گردآورنده\n"
	"  آن را می‌خواند. هرگز نه نشانی اینترنتی شما، نه نام، نه دستگاه، نه مکان، و نه\n"
	"  آنچه در وب می‌بینید.\n"
	"چه کسی می‌تواند ببیند: اپراتور شما و هر کس که خط را زیر نظر دارد می‌بیند که\n"
	"  این دستگاه این اتصال‌ها را باز می‌کند و به گردآورنده وصل می‌شود. گردآورنده\n"
	"  هنگام اتصال نشانی شما را می‌بیند، ولی آن را نگه نمی‌دارد.\n"
	"خطر: این برنامه شما را پنهان نمی‌کند. جایی که سنجش را جاسوسی بنامند، ممکن است\n"
	"  به بازجویی، بازداشت یا بدتر از آن بینجامد. اگر نمی‌توانید بپذیرید، بگویید نه.\n"
	"روی این دیسک: نتیجه‌ها مهروموم‌شده منتظر می‌مانند؛ خود این دستگاه هم نمی‌تواند\n"
	"  آن‌ها را بخواند. بودنِ برنامه دیده می‌شود. `probe wipe --yes` همه را پاک می‌کند.\n"
	"\n"
	"  y  بله، بسنج و بفرست\n"
	"  m  بسنج، ولی چیزی نفرست: نتیجه‌ها همین‌جا می‌مانند\n"
	"  n  نه\n"
	"  e  English\n";

/* Of a control, instead of the empty line above the screen: more would not fit. */
static const char outside_en[] =
	"From outside, for %s: its list, and hosts inside it, measured from this network.\n";
static const char outside_fa[] =
	"از بیرون، برای %s: فهرست آن و میزبان‌های درون آن، از این شبکه سنجیده می‌شوند.\n";
/* clang-format on */

static const char *const names[] = {
	[CONSENT_NONE] = "none", [CONSENT_OUTDATED] = "outdated",
	[CONSENT_NO] = "no",	 [CONSENT_MEASURE_ONLY] = "measure-only",
	[CONSENT_YES] = "yes",
};

const char *consent_str(enum consent_answer a)
{
	return names[a];
}

static enum consent_answer answer_parse(const char *s)
{
	for (enum consent_answer a = CONSENT_NO; a <= CONSENT_YES; a++)
		if (!strcmp(s, names[a]))
			return a;
	return CONSENT_NONE;
}

void consent_load(struct consent *c, const char *state_dir)
{
	char *path = state_path(state_dir, "consent"), answer[16], date[11];
	int version;
	struct buf text;
	*c = (struct consent){.answer = CONSENT_NONE};
	if (buf_read_file(&text, path, 4096) == 0 &&
	    sscanf(text.data, "answer = %15s date = %10s text = %d", answer, date, &version) == 3) {
		c->answer = answer_parse(answer);
		memcpy(c->date, date, sizeof(date));
		if (c->answer != CONSENT_NONE && version != CONSENT_TEXT_VERSION)
			c->answer = CONSENT_OUTDATED;
	}
	buf_clear(&text);
	free(path);
}

int consent_save(const char *state_dir, enum consent_answer answer, int64_t now_ms)
{
	char *path = state_path(state_dir, "consent"), when[CLOCK_RFC3339_LEN];
	struct buf text;
	buf_init(&text, 4096);
	buf_printf(&text, "answer = %s\ndate = %.10s\ntext = %d\n", consent_str(answer),
		   clock_rfc3339(when, now_ms), CONSENT_TEXT_VERSION);
	int rc = buf_write_file(path, text.data, text.len, 0600);
	int saved = errno;
	buf_clear(&text);
	free(path);
	errno = saved;
	return rc;
}

/* Answers in either language, by their first word; CONSENT_NONE for anything else. */
static enum consent_answer meaning(const char *word)
{
	static const struct {
		const char *word;
		enum consent_answer answer;
	} words[] = {
		{"y", CONSENT_YES},	     {"yes", CONSENT_YES},
		{"بله", CONSENT_YES},	     {"آری", CONSENT_YES},
		{"m", CONSENT_MEASURE_ONLY}, {"measure", CONSENT_MEASURE_ONLY},
		{"n", CONSENT_NO},	     {"no", CONSENT_NO},
		{"نه", CONSENT_NO},	     {"خیر", CONSENT_NO},
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcasecmp(word, words[i].word))
			return words[i].answer;
	return CONSENT_NONE;
}

static void show_prompt(FILE *out, enum consent_language language, enum consent_answer before)
{
	bool fa = language == CONSENT_PERSIAN;
	if (answer_parse(consent_str(before)) != CONSENT_NONE)
		fprintf(out,
			fa ? "پاسخ پیشین: %s؛ Enter همان را نگه "
			     "می‌دارد\n"
			   : "your answer so far: %s; Enter keeps it\n",
			consent_str(before));
	fputs(fa ? "y / m / n / e > " : "y / m / n / f > ", out);
	fflush(out);
}

/* watch is two letters, or NULL. */
static void show_text(FILE *out, enum consent_language language, const char *watch)
{
	bool fa = language == CONSENT_PERSIAN;
	if (watch && fa)
		fprintf(out, outside_fa, watch);
	else if (watch)
		fprintf(out, outside_en, watch);
	else
		fputc('\n', out);
	fputs(fa ? text_fa : text_en, out);
}

enum consent_answer consent_ask(FILE *in, FILE *out, enum consent_language language,
				const char *watch, enum consent_answer before)
{
	char line[128], word[sizeof(line)];
	show_text(out, language, watch);
	for (;;) {
		show_prompt(out, language, before);
		if (!fgets(line, sizeof(line), in)) {
			fputc('\n', out);
			return CONSENT_NONE;
		}
		if (sscanf(line, "%127s", word) != 1) {
			if (answer_parse(consent_str(before)) != CONSENT_NONE)
				return before;
			continue;
		}
		bool to_fa = !strcasecmp(word, "f"), to_en = !strcasecmp(word, "e");
		if (to_fa || to_en) {
			language = to_fa ? CONSENT_PERSIAN : CONSENT_ENGLISH;
			show_text(out, language, watch);
			continue;
		}
		enum consent_answer a = meaning(word);
		if (a != CONSENT_NONE)
			return a;
	}
}

enum consent_language consent_language(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *value = getenv(variables[i]);
		if (value && *value)
			return !strncmp(value, "fa", 2) ? CONSENT_PERSIAN : CONSENT_ENGLISH;
	}
	return CONSENT_ENGLISH;
}
