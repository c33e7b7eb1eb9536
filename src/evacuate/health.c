/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/health.h"

#include "util/lang.h"

#define TWICE 2          /* looks in a row: one is chance, but for the first of all, after which the next is a second away */
#define GROWS_FROM 10    /* messages; a few that wait for an instant are no queue */
#define LAGS_FROM_MS 100 /* what is quicker than that is quick, however quick it was before */
#define LAGS_TIMES 4
#define USED_TO 16     /* what stays slower is the usual one in half a minute: fewer under way have not helped */
#define FAILED_LEAST 3 /* in a minute, and half of all that ended */

const char *const ailment_name[AILMENTS] = { "nothing", "queue", "database", "events" };

static unsigned in_a_row(bool bad, bool is_first, unsigned so_far)
{
	return !bad ? 0 : is_first ? TWICE : so_far + 1;
}

static bool others_fail(const struct health_seen *seen)
{
	return seen->failed >= FAILED_LEAST && 2 * seen->failed >= seen->ended;
}

/* What began it is over. */
static bool is_over(enum ailment ails, const struct pace_config *limits, const struct health_seen *seen)
{
	switch (ails) {
	case AILS_QUEUE:
		return seen->queue_known && seen->messages <= limits->queue / 2;
	case AILS_DATABASE:
		return seen->database_known && seen->database_ms <= limits->database_ms / 2;
	case AILS_EVENTS:
		return !others_fail(seen);
	default:
		return true;
	}
}

static void judge_queue(struct health *h, const struct pace_config *limits, const struct health_seen *seen)
{
	if (!seen->queue_known)
		return;
	h->full = in_a_row(seen->messages > limits->queue, !h->seen.queue_known, h->full);
	h->grows = h->seen.queue_known && seen->messages >= GROWS_FROM && seen->messages > h->seen.messages;
}

static void judge_database(struct health *h, const struct pace_config *limits, const struct health_seen *seen)
{
	if (!seen->database_known)
		return;
	h->slow = in_a_row(seen->database_ms > limits->database_ms, !h->seen.database_known, h->slow);
	h->lags = in_a_row(h->usual_ms >= 0 && seen->database_ms >= LAGS_FROM_MS &&
		seen->database_ms > LAGS_TIMES * h->usual_ms,
	    false, h->lags);
	h->usual_ms = h->usual_ms < 0 || seen->database_ms < h->usual_ms ? seen->database_ms :
									   h->usual_ms + h->usual_ms / USED_TO + 1;
}

void health_judge(struct health *h, const struct pace_config *limits, const struct health_seen *seen)
{
	if (!h->seen.database_known)
		h->usual_ms = -1;
	judge_queue(h, limits, seen);
	judge_database(h, limits, seen);
	if (h->ails && is_over(h->ails, limits, seen))
		h->ails = AILS_NOTHING;
	if (!h->ails)
		h->ails = h->full >= TWICE ? AILS_QUEUE :
		    h->slow >= TWICE       ? AILS_DATABASE :
		    others_fail(seen)      ? AILS_EVENTS :
					     AILS_NOTHING;
	h->seen = *seen;
}

bool health_database_lags(const struct health *h)
{
	return h->lags >= TWICE;
}

void health_say(const struct health *h, const struct work *work, struct str *out)
{
	const struct pace_config *limits = &work->world.site.pace;

	if (h->ails == AILS_QUEUE)
		str_addf(out,
		    _("queue '%s' holds %u messages, and instances are begun when %lld or fewer are left ([pace] conductor_queue is %lld)"),
		    work->world.nova.conductor_topic, h->seen.messages, (long long)limits->queue / 2, (long long)limits->queue);
	else if (h->ails == AILS_DATABASE)
		str_addf(out,
		    _("the cell's database takes %lld ms for one statement, and instances are begun when it takes %lld or less ([pace] database_ms is %lld)"),
		    (long long)h->seen.database_ms, (long long)limits->database_ms / 2, (long long)limits->database_ms);
	else if (h->ails == AILS_EVENTS)
		str_addf(out, _("of %zu rebuilds and evacuations of others that ended in the last minute %zu failed"),
		    h->seen.ended, h->seen.failed);
}
