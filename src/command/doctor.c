/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "commands.h"
#include "doctor.h"
#include "bus/cast.h"
#include "guard/guard.h"
#include "journal/journal.h"
#include "run/list.h"
#include "util/deadline.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

/* Can a rescue work here? A row a check; each is made, so that one run shows all that is wrong. */

static const struct table_column columns[] = {
	{ "check", NULL, false, COLUMN_TEXT },
	{ "result", NULL, false, COLUMN_TEXT },
	{ "detail", NULL, false, COLUMN_SENTENCE },
	{ "hint", NULL, false, COLUMN_NOTE },
};

static const char *const verdict_name[] = { "ok", "warn", "fail", "unknown" };
static const char *const work_name[WORKS] = { N_("moves of volumes and backups"), N_("evacuations"), N_("the audit") };

void exam_tell(struct exam *e, const char *check, unsigned works, enum verdict verdict, const char *hint, const char *fmt, ...)
{
	struct table *t = e->table;
	auto_free char *detail = NULL;
	va_list ap;

	va_start(ap, fmt);
	detail = lang_vformat(lang_text(fmt), ap);
	va_end(ap);
	table_add(t);
	table_text(t, "check", check);
	table_text(t, "result", verdict_name[verdict]);
	table_text(t, "detail", detail);
	for (unsigned i = 0; i < WORKS && (verdict == FAIL || verdict == NOT_ASKED); i++)
		if (works & 1u << i && !strstr(str_or(e->unfit[i].s, ""), check))
			str_addf(&e->unfit[i], "%s%s", e->unfit[i].n ? ", " : "", check);
	table_advice(t, "hint", verdict == FIT || !hint ? NULL : lang_text(hint));
}

/* Statements that the account may not send, or that name what is not there. A folder's writes are for ${writes}. */
static void check_statements(struct exam *e, const char *check, const char *folder, unsigned reads, unsigned writes,
    struct db *db)
{
	struct statements s;
	struct error err = { 0 };

	if (statements_try(db, folder, &s, &err) != 0)
		exam_tell(e, check, reads | writes, FAIL, err.hint, "%s", err.text);
	if (s.unfit.n > 0)
		exam_tell(e, check, reads | writes, FAIL,
		    "check that this is the service's own database and that its schema migration is done",
		    "the database rejects %zu statement%s (%s): %s", s.unfit.n, s.unfit.n == 1 ? "" : "s", s.unfit.names.s,
		    s.why.s);
	if (s.unreadable.n > 0)
		exam_tell(e, check, reads | writes, FAIL, "the grants that the account needs: evac-manage grants --operate",
		    "the account may not read %s", s.unreadable.names.s);
	if (s.unwritable.n > 0)
		exam_tell(e, check, writes, FAIL, "the grants that the account needs: evac-manage grants --operate",
		    "the account may not write %s", s.unwritable.names.s);
	if (!err.kind && s.unfit.n + s.unreadable.n + s.unwritable.n == 0)
		exam_tell(e, check, reads | writes, FIT, NULL,
		    writes ? N_("all tables are there, and the account may read and write them") :
			     N_("all tables are there, and the account may read them"));
	statements_free(&s);
}

/* What was configured and does not answer has a hint of its own; what nobody configured wants its file. */
static void tell_absent(struct exam *e, const char *check, unsigned for_what, const struct world *w, bool configured,
    const char *absent, const char *file)
{
	const char *hint = configured ? absences_hint(w->absences, absent) : NULL;

	exam_tell(e, check, for_what, configured ? FAIL : NOT_ASKED, hint ? hint : file, "%s", absent);
}

static void tell_server(struct exam *e, const char *check, unsigned for_what, const struct db_server *s)
{
	auto_str struct str said = { 0 };

	str_add(&said, s->text);
	if (*s->group_state)
		str_addf(&said, ", %s", s->group_state);
	if (*s->tls)
		str_addf(&said, ", %s", s->tls);
	exam_tell(e, check, for_what, FIT, NULL, "%s", said.s);
}

/* A cluster's member that is not ready may show old rows, too; one that only takes no writes is read all the same. */
static void check_server(struct exam *e, const char *check, unsigned reads, unsigned writes, struct db *db)
{
	const struct db_server *s = db_server(db);
	struct error err = { 0 };

	if (db_check_writes(db, &err) == 0 && s->group && !s->group_state[0])
		exam_tell(e, check, reads | writes, WARN, "the grants that the account needs: evac-manage grants --operate",
		    "%s; whether it is ONLINE in its group is not known: the account may not read performance_schema.replication_group_members",
		    s->text);
	else if (!err.kind)
		tell_server(e, check, reads | writes, s);
	else if (err.kind == ERROR_DB_UNREACHABLE)
		exam_tell(e, check, reads | writes, FAIL, err.hint, "%s", err.text);
	else
		exam_tell(e, check, writes, writes ? FAIL : FIT, err.hint, "%s (%s)", err.text, s->text);
}

static void check_cinder(struct exam *e, struct scene *scene)
{
	const struct world *w = scene->world;
	struct error err = { 0 };
	size_t up = 0;

	if (!w->cinder_db) {
		tell_absent(e, "cinder database", MOVES | AUDIT | (w->has_cinder_config ? EVACUATIONS : 0), w,
		    w->has_cinder_config, w->cinder_absent, "give cinder.conf: --cinder-config-file FILE");
		return;
	}
	check_server(e, "cinder database", AUDIT | EVACUATIONS, MOVES, w->cinder_db);
	if (scene_find_cinder(scene, &err) != 0) {
		exam_tell(e, "cinder schema", MOVES | AUDIT | EVACUATIONS, FAIL, str_or(err.hint, NULL), "%s", err.text);
		return;
	}
	if (scene->cinder.schema.missing[0])
		exam_tell(e, "cinder schema", MOVES | AUDIT, FAIL,
		    "check that this is cinder's own database, of Queens or later", "the database has no %s",
		    scene->cinder.schema.missing);
	check_statements(e, "cinder account", "cinder", AUDIT | EVACUATIONS, MOVES, w->cinder_db);
	for (size_t i = 0; i < scene->cinder.services.n; i++)
		up += cinder_service_is_up(&scene->cinder.services.v[i], scene->cinder.down_s);
	exam_tell(e, "cinder services", MOVES, up ? FIT : FAIL, "check that cinder runs and that the database's clock is right",
	    "%zu of %zu services are up", up, scene->cinder.services.n);
}

static void check_release(struct exam *e, const struct scene *scene)
{
	if (!scene->nova.conductor_version)
		exam_tell(e, "nova conductor", EVACUATIONS, FAIL, "start nova-conductor",
		    "no nova-conductor has reported in the last %u s", scene->nova.down_s);
	else if (!release_is_known(scene->nova.conductor_version))
		exam_tell(e, "nova release", EVACUATIONS, WARN,
		    "until evac-manage knows this release, it uses the rules of the nearest one",
		    "service version %lld is of no release that evac-manage knows", (long long)scene->nova.conductor_version);
	else if (scene->nova.release->destroys_disks.when != NEVER)
		exam_tell(e, "nova release", EVACUATIONS, WARN, "evac-manage explain release-deletes-disks",
		    "nova %d (%s): a failed spawn deletes shared disks (bug 1550919)", scene->nova.release->nova,
		    scene->nova.release->name);
	else
		exam_tell(e, "nova release", EVACUATIONS, FIT, NULL,
		    "the oldest live conductor is of nova %d (%s), service version %lld", scene->nova.release->nova,
		    scene->nova.release->name, (long long)scene->nova.conductor_version);
}

static void check_computes(struct exam *e, const struct scene *scene, const struct cell_facts *cell)
{
	size_t all = 0, up = 0;

	for (const struct nova_service *s = cell->services.v; s < cell->services.v + cell->services.n; s++) {
		if (strcmp(s->binary, "nova-compute") != 0)
			continue;
		all++;
		up += nova_service_is_up(s, scene->nova.down_s) && !s->disabled;
	}
	if (all > 0)
		exam_tell(e, "nova computes", EVACUATIONS, up ? FIT : FAIL,
		    "no compute host can take an instance; start or enable one",
		    "cell '%s': %zu of %zu nova-computes are up and enabled", cell->cell->name, up, all);
}

/* cell0 has instances that never had a host: no evacuation needs it. */
static void check_lost_cell(struct exam *e, const struct world *w, const struct cell_mapping *cell)
{
	bool zero = str_equal(cell->uuid, CELL0_UUID);
	auto_free char *check = xasprintf("nova %s%s database", zero ? "" : "cell ",
	    zero ? "cell0" : str_or(cell->name, cell->uuid));
	const struct absence *lost = world_lost_cell(w, cell->id);

	if (lost)
		exam_tell(e, check, zero ? AUDIT : EVACUATIONS | AUDIT, FAIL, str_or(lost->hint, ""), "%s", lost->text);
}

static void check_cell(struct exam *e, const struct nova_cell *cell)
{
	bool zero = strcmp(cell->name, "cell0") == 0;
	unsigned read_by = zero ? AUDIT : EVACUATIONS | AUDIT;
	auto_free char *database = xasprintf("nova %s%s database", zero ? "" : "cell ", cell->name);
	auto_free char *account = xasprintf("nova %s%s account", zero ? "" : "cell ", cell->name);

	check_server(e, database, read_by, zero ? 0 : EVACUATIONS, cell->db);
	check_statements(e, account, "nova", read_by, zero ? 0 : EVACUATIONS, cell->db);
}

static void check_nova(struct exam *e, struct scene *scene)
{
	const struct world *w = scene->world;
	struct error err = { 0 };

	if (!w->api_db) {
		tell_absent(e, "nova databases", EVACUATIONS | AUDIT, w, w->has_nova_config, w->nova_absent,
		    "give nova.conf: --nova-config-file FILE (repeatable)");
		return;
	}
	check_server(e, "nova API database", EVACUATIONS | AUDIT, 0, w->api_db);
	check_statements(e, "nova API account", "nova_api", EVACUATIONS | AUDIT, 0, w->api_db);
	for (size_t i = 0; i < w->ncell; i++)
		check_cell(e, &w->cell[i]);
	for (size_t i = 0; i < w->mappings.n; i++)
		check_lost_cell(e, w, &w->mappings.v[i]);
	if (scene_find_nova(scene, &err) != 0) {
		exam_tell(e, "nova schema", EVACUATIONS | AUDIT, FAIL, str_or(err.hint, NULL), "%s", err.text);
		return;
	}
	if (scene_placement_db(scene))
		check_statements(e, "placement account", "placement", EVACUATIONS | AUDIT, 0, scene_placement_db(scene));
	check_release(e, scene);
	for (size_t i = 0; i < scene->nova.ncell; i++)
		check_computes(e, scene, &scene->nova.cell[i]);
}

/* Not needed where nova-api is up, since neutron then tells nova itself: without a configuration no verdict depends on it. */
static void check_neutron(struct exam *e, const struct world *w)
{
	const struct db_server *s = w->neutron_db ? db_server(w->neutron_db) : NULL;

	if (!s)
		tell_absent(e, "neutron database", w->has_neutron_config ? EVACUATIONS | AUDIT : 0, w, w->has_neutron_config,
		    w->neutron_absent,
		    "needed for evacuations while nova-api is down, and for the proof of ports; give neutron.conf: --neutron-config-file FILE");
	else
		check_server(e, "neutron database", EVACUATIONS | AUDIT, 0, w->neutron_db);
	if (s)
		check_statements(e, "neutron account", "neutron", EVACUATIONS | AUDIT, 0, w->neutron_db);
}

static void check_conductor_queue(struct exam *e, const struct world *w)
{
	const char *topic = w->nova.conductor_topic;
	struct error err = { 0 };
	struct bus_queue queue;

	if (bus_queue_look(w->bus, topic, &queue, &err) != 0)
		exam_tell(e, "conductor queue", EVACUATIONS, FAIL, err.hint, "%s", err.text);
	else if (!queue.exists || queue.consumers == 0)
		exam_tell(e, "conductor queue", EVACUATIONS, FAIL, "start nova-conductor",
		    queue.exists ? N_("queue '%s' has no consumer") : N_("queue '%s' does not exist"), topic);
	else
		exam_tell(e, "conductor queue", EVACUATIONS, FIT, NULL, "queue '%s': %u consumer%s, %u message%s waiting",
		    topic, (unsigned)queue.consumers, queue.consumers == 1 ? "" : "s", (unsigned)queue.messages,
		    queue.messages == 1 ? "" : "s");
}

/* As the finding scheduler-missing has it: a queue that is not there holds nothing. */
static void check_scheduler_queue(struct exam *e, const struct world *w)
{
	struct error err = { 0 };
	struct bus_queue queue;

	if (bus_queue_look(w->bus, SCHEDULER_QUEUE, &queue, &err) != 0)
		exam_tell(e, "scheduler queue", EVACUATIONS, FAIL, err.hint, "%s", err.text);
	else if (!queue.exists)
		exam_tell(e, "scheduler queue", EVACUATIONS, WARN, "start nova-scheduler", "queue '%s' does not exist",
		    SCHEDULER_QUEUE);
	else if (queue.consumers == 0)
		exam_tell(e, "scheduler queue", EVACUATIONS, FAIL, "evac-manage explain scheduler-missing",
		    "queue '%s' has no consumer, and %u message%s", SCHEDULER_QUEUE, (unsigned)queue.messages,
		    queue.messages == 1 ? "" : "s");
	else
		exam_tell(e, "scheduler queue", EVACUATIONS, FIT, NULL, "queue '%s': %u consumer%s, %u message%s waiting",
		    SCHEDULER_QUEUE, (unsigned)queue.consumers, queue.consumers == 1 ? "" : "s", (unsigned)queue.messages,
		    queue.messages == 1 ? "" : "s");
}

/* As the finding messages-stay has it. */
static void check_expiry(struct exam *e, const struct world *w)
{
	const char *version = *bus_version(w->bus) ? bus_version(w->bus) : _("(it does not say)");

	if (bus_lets_expire(w->bus))
		exam_tell(e, "message expiry", EVACUATIONS, FIT, NULL,
		    "RabbitMQ %s: a message that no service takes in two minutes is dropped", version);
	else
		exam_tell(e, "message expiry", EVACUATIONS, WARN, "evac-manage explain messages-stay",
		    "RabbitMQ %s: quorum queues keep a message until a service takes it", version);
}

static void check_bus(struct exam *e, const struct world *w)
{
	struct error err = { 0 };
	int there;

	if (!w->bus) {
		tell_absent(e, "nova broker", EVACUATIONS, w, w->has_nova_config, w->bus_absent,
		    "check transport_url in nova.conf");
		return;
	}
	exam_tell(e, "nova broker", EVACUATIONS, FIT, NULL, "%s", bus_server(w->bus));
	check_expiry(e, w);
	there = bus_exchange_exists(w->bus, w->nova.bus.exchange, &err);
	if (there != 1) {
		exam_tell(e, "nova exchange", EVACUATIONS, FAIL,
		    "check control_exchange in nova.conf: no nova service has used this broker yet", "%s",
		    there < 0 ? err.text : _("the exchange does not exist"));
		return;
	}
	check_conductor_queue(e, w);
	check_scheduler_queue(e, w);
	if (bus_canary(w->bus, w->nova.bus.exchange, &err) != 0)
		exam_tell(e, "publishing", EVACUATIONS, FAIL, err.hint, "%s", err.text);
	else
		exam_tell(e, "publishing", EVACUATIONS, FIT, NULL, "the broker answers a test message that no queue receives");
}

/* For intents, outcomes and before-values of a large move. */
#define ROOM_MB 64

/* Where a journal would be written: the directory, or the nearest that is there already. */
static void nearest_directory(const char *dir, struct str *out)
{
	str_add(out, dir);
	while (out->n > 1 && access(out->s, F_OK) != 0) {
		out->s[out->n = (size_t)(strrchr(out->s, '/') ? strrchr(out->s, '/') - out->s : 0)] = '\0';
		if (out->n == 0)
			str_add(out, "/");
	}
}

static void check_journal_place(struct exam *e, const struct request *request)
{
	const char *dir = state_dir(request), *unsafe = journal_file_system(request);
	auto_str struct str there = { 0 };
	struct statvfs room;
	uint64_t free_mb = 0;

	nearest_directory(dir, &there);
	if (access(there.s, W_OK | X_OK) != 0) {
		exam_tell(e, "journal", MOVES | EVACUATIONS, FAIL, "give a directory that you may write to: --state-dir DIR",
		    "'%s' cannot be written", dir);
		return;
	}
	if (unsafe)
		exam_tell(e, "journal", MOVES | EVACUATIONS, WARN, "give a directory on a local disk: --state-dir DIR",
		    "'%s' is on %s: a journal there may be lost with this machine", dir, unsafe);
	if (statvfs(there.s, &room) == 0)
		free_mb = (uint64_t)room.f_bavail * room.f_frsize >> 20;
	if (free_mb < ROOM_MB || (room.f_files > 0 && room.f_favail == 0))
		exam_tell(e, "journal", MOVES | EVACUATIONS, FAIL,
		    "free some space there, or give another directory: --state-dir DIR",
		    "'%s' is full: %llu MB and %llu files are free", dir, (unsigned long long)free_mb,
		    (unsigned long long)room.f_favail);
	else if (!unsafe)
		exam_tell(e, "journal", MOVES | EVACUATIONS, FIT, NULL, "journals go to '%s/journal', %llu MB are free", dir,
		    (unsigned long long)free_mb);
}

static void check_site(struct exam *e, const struct world *w)
{
	if (w->site.version || w->site.min_version)
		exam_tell(e, "site version", MOVES | EVACUATIONS, site_is_too_old(&w->site) ? FAIL : FIT,
		    "evac-manage explain site-version", "%s (minimum: %s)", str_or(w->site.version, _("unknown")),
		    str_or(w->site.min_version, _("not given")));
}

static void check_deadline(struct exam *e)
{
	if (deadline_is_over())
		exam_tell(e, "deadline", MOVES | EVACUATIONS | AUDIT, FAIL, "give it more time: --deadline SECONDS",
		    "the %lld s of this command were over before every server had answered", (long long)deadline_seconds());
	else
		exam_tell(e, "deadline", 0, FIT, NULL, "all of it was answered; it is given up after %lld s",
		    (long long)deadline_seconds());
}

/* The last rows: a work each. */
static void say_verdict(struct exam *e)
{
	for (unsigned i = 0; i < WORKS; i++) {
		bool fit = e->unfit[i].n == 0;
		auto_free char *detail = fit ? xasprintf(_("fit for %s"), _(work_name[i])) :
					       xasprintf(_("not fit for %s: %s"), _(work_name[i]), str_or(e->unfit[i].s, ""));

		table_add(e->table);
		table_text(e->table, "check", "verdict");
		table_text(e->table, "result", verdict_name[fit ? FIT : FAIL]);
		table_text(e->table, "detail", detail);
		str_free(&e->unfit[i]);
	}
}

static int fill_checks(struct scene *scene, struct table *t, struct error *err)
{
	struct exam e = { .table = t };

	(void)err; /* what cannot be asked is a row */
	check_site(&e, scene->world);
	check_cinder(&e, scene);
	check_nova(&e, scene);
	check_neutron(&e, scene->world);
	doctor_check_services(&e, scene);
	doctor_check_fencing(&e, scene);
	doctor_check_storage(&e, scene->world);
	check_bus(&e, scene->world);
	check_journal_place(&e, scene->request);
	check_deadline(&e);
	say_verdict(&e);
	return 0;
}

static int refuse_unfit(const struct table *shown, const struct request *request, struct error *err)
{
	size_t failed = table_count(shown, "result", verdict_name[FAIL]),
	       unknown = table_count(shown, "result", verdict_name[NOT_ASKED]);
	auto_str struct str fit = { 0 }, unfit = { 0 };

	(void)request;
	for (size_t i = 0; i < WORKS; i++) {
		auto_free char *is_fit = xasprintf(_("fit for %s"), _(work_name[i]));
		struct str *to = table_count(shown, "detail", is_fit) ? &fit : &unfit;

		str_addf(to, "%s%s", to->n ? ", " : "", _(work_name[i]));
		failed -= to == &unfit; /* its own row */
	}
	if (unfit.n == 0) {
		log_notice("fit for %s", fit.s);
		return 0;
	}
	if (fit.n == 0)
		return error_set(err, ERROR_REFUSED, "not fit for %s: %zu check%s failed, %zu unknown", unfit.s, failed,
		    failed == 1 ? "" : "s", unknown);
	return error_set(err, ERROR_REFUSED, "fit for %s; not fit for %s: %zu check%s failed, %zu unknown", fit.s, unfit.s,
	    failed, failed == 1 ? "" : "s", unknown);
}

static const struct listing doctor = {
	.needs = WITNESS_CINDER | WITNESS_NOVA | WITNESS_BUS | WITNESS_NEUTRON,
	LISTED(columns),
	.fill = fill_checks,
	.conclude = refuse_unfit,
	.counts_rows = true,
	.outlives_deadline = true,
	.counts_absences = true,
};

static enum error_kind run_doctor(const struct request *request, struct error *err)
{
	return run_listing(&doctor, request, err);
}

/* clang-format off */
const struct command command_doctor = {
	.noun = "doctor",
	.sentence = "check that a rescue can work, and say what to fix",
	.details = "Checks both databases, the broker, nova-conductor, the schemas, nova's release, the site's version, the account's "
		"rights, the fence agents and the journal's directory. The last lines say whether moves, evacuations and the audit can work. Writes "
		"nothing. Run it on a quiet day too. Ends with 5 when a check failed or a server did not answer.",
	.deadline_s = 60,
	.run = run_doctor,
};
