/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>

#include "journal/journal.h"
#include "journal/runs.h"
#include "plan/step_json.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/json.h"
#include "util/str.h"

/* The records of a unit: its rows with both values, the intent that closes them, what came of it. */

static int add_row_record(struct journal *j, size_t unit, const char *now, const struct step *step, struct str *members,
    struct error *err)
{
	str_clear(members);
	str_addf(members, ",\"unit\":%zu,", unit);
	step_add_text(step, members);
	return journal_add_row(j, now, members, err);
}

/* They share their time: it is of the whole. */
static int add_row_records(struct journal *j, size_t unit, const struct unit *what, char sha256[65], struct error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	auto_str struct str members = { 0 };
	char now[CLOCK_TEXT_SIZE];
	int rc = 0;

	clock_now(now);
	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	for (size_t i = 0; i < what->nstep && rc == 0; i++) {
		rc = add_row_record(j, unit, now, &what->step[i], &members, err);
		EVP_DigestUpdate(ctx, journal_last(j), 64);
	}
	EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
	hex_of(digest, 32, sha256);
	return rc;
}

int journal_intent_soon(struct journal *j, size_t unit, const struct unit *what, const char *where, struct error *err)
{
	json_object *intent;
	char sha256[65];

	if (add_row_records(j, unit, what, sha256, err) != 0)
		return -1;
	intent = json_object_new_object();
	put_count(intent, "unit", unit);
	put_text(intent, "kind", unit_kind_name[what->kind]);
	put_text(intent, "sentence", what->sentence);
	put_text(intent, "where", where);
	if (what->candidate && what->candidate->instance->power_state.set)
		put_int(intent, "power_state", what->candidate->instance->power_state.v);
	put_count(intent, "rows", what->nstep);
	put_text(intent, "rows_sha256", sha256);
	return journal_add(j, "intent", intent, false, err);
}

int journal_intent(struct journal *j, size_t unit, const struct unit *what, const char *where, struct error *err)
{
	return journal_intent_soon(j, unit, what, where, err) == 0 ? journal_sync(j, err) : -1;
}

/* All that the run is about to do, so that what was never begun is known too. */
int journal_plan(struct journal *j, const struct plan *plan, struct error *err)
{
	json_object *record = json_object_new_object(), *units = json_object_new_array(), *one;

	for (size_t i = 0; i < plan->nunit; i++) {
		one = json_object_new_object();
		put_text(one, "kind", unit_kind_name[plan->unit[i].kind]);
		put_text(one, "sentence", plan->unit[i].sentence);
		if (plan->unit[i].host)
			put_text(one, "host", plan->unit[i].host);
		if (plan->unit[i].kind == UNIT_EVACUATION) {
			put_text(one, "instance", plan->unit[i].step[0].id);
			put_bool(one, "makes_disks", plan->unit[i].makes_disks);
			if (plan->unit[i].phase)
				put_count(one, "phase", plan->unit[i].phase);
		}
		json_object_array_add(units, one);
	}
	put(record, "units", units);
	return journal_add(j, "plan", record, true, err);
}

static json_object *outcome_of(size_t unit, enum state state, const char *error)
{
	json_object *outcome = json_object_new_object();

	put_count(outcome, "unit", unit);
	put_text(outcome, "state", state_name[state]);
	put_text(outcome, "error", error);
	return outcome;
}

int journal_outcome_soon(struct journal *j, size_t unit, enum state state, const char *error, struct error *err)
{
	return journal_add(j, "outcome", outcome_of(unit, state, error), false, err);
}

int journal_outcome(struct journal *j, size_t unit, enum state state, const char *error, struct error *err)
{
	return journal_add(j, "outcome", outcome_of(unit, state, error), true, err);
}

int journal_arrival(struct journal *journal, size_t unit, const struct arrival *arrival, struct error *err)
{
	json_object *outcome = outcome_of(unit, arrival->state, arrival->error);

	put_text(outcome, "host", arrival->host);
	put_text(outcome, "network", arrival->network);
	put_text(outcome, "disks", arrival->disks);
	return journal_add(journal, "outcome", outcome, true, err);
}

static int pass_over(void *ctx, json_object *record)
{
	(void)ctx;
	(void)record;
	return 0;
}

int journal_add_nothing_left(const struct request *request, const char *run, struct error *err)
{
	json_object *record = json_object_new_object();
	struct journal *journal = NULL;
	auto_free char *path = NULL;
	int rc = -1;

	journal_operator(request, record);
	if (journal_find(request, run, &path, err) == 0 && journal_reopen(path, pass_over, NULL, &journal, err) == 0)
		rc = journal_add(journal, "nothing_left", record, true, err);
	else
		json_object_put(record);
	journal_close(&journal);
	return rc;
}
