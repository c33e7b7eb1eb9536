/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out/shown.h"
#include "util/words.h"

/* What the operator asked for: the command line as values, filled by cli/, read below a command. Strings are argv's own. */

/* What it is about. */
struct what {
	const char *host;        /* --host H, or the host as an argument */
	struct words hosts;      /* several of them */
	size_t hosts_left;       /* of ${hosts}, the last so many: nothing is done of them */
	struct words aggregates; /* --aggregate */
	struct words zones;      /* --zone of host readiness */
	bool all, instances;     /* host readiness --all, --instances */
	const char *to;          /* host rescue --to */
	const char *target_host; /* --target_host T, or the second argument of instance evacuate */
	struct words spread;     /* --spread, each one host or several with commas between; none: all that there are */
	const char *cinder_host; /* host rescue --cinder-host: what cinder calls the failed host; NULL: the same */
	const char *currenthost, *newhost;
	const char *id; /* an instance, a volume or a run */
	bool force, down, stale, volumes_only, settle;
	bool follow_zone, to_cluster;         /* moved rows also get the zone, or the cluster, of their new owner */
	bool no_mark;                         /* leave nova's service row of the failed host as it is */
	struct words pool_map;                /* OLD=NEW */
	const char *binary, *name, *new_name; /* of a service or a cluster, as arguments */
	const char *project_id, *zone, *account;
	bool recursive, full_rename, read_only, operate;
	struct words only, exclude;
	int64_t limit;      /* 0: no limit */
	const char *resume; /* host rescue --resume RUN */
	bool unfence;       /* host return --unfence, and the word that goes with it */
	const char *rebooted;
	bool resend, scan, sql;      /* journal recover --resend and --scan, journal undo --sql */
	bool follow;                 /* journal show --follow */
	const char *html, *markdown; /* journal report: the files that get it; NULL: none */
	const char *plan_file;       /* plan show, plan apply */
};

/* How a command that writes goes on. */
struct how {
	bool dry_run, yes, no_wait;
	const char *fenced;
	struct words fence;        /* --fence: how the run itself makes sure that the host is off, "power" */
	const char *operator_name; /* --operator; who_operator() knows the environment too */
	struct words accept;
	int64_t deadline_s;                     /* --deadline; 0: the command's own */
	int64_t timeout_s, stop_after_failures; /* stop_after_failures 0: five in a row */
	int64_t max_in_flight, max_per_target;  /* 0: as configured, else found in the run (evacuate/limits.h) */
	const char *target_state;
	const char *order_file;              /* --order; NULL: as configured */
	struct words order;                  /* what the run goes by: order_config_words() */
	bool keeps_order;                    /* a plan that is applied, a run that is resumed: ${order} was there before */
	const char *token_file, *token_from; /* --os-token-file, --os-token-from; token_take() knows the environment too */
	bool skip_drifted;                   /* what is no longer as the plan file or the journal says is left out */
	const char *plan_out;
	const struct plan_file *planned; /* plan apply: the run does what this says; NULL: what it finds */
};

/* Where things are. */
struct where {
	struct words nova_files, cinder_files, placement_files, neutron_files, keystone_files;
	const char *site_file, *defaults_file, *state_dir;
	/* these options, ready for a shell: what every command that we print needs to be this run's; "" at most */
	const char *globals;
};

/* What an audit looks for, and where its reports go. */
struct audit_words {
	struct words checks, earlier;
	const char *fail_on, *html, *prometheus, *save, *baseline;
	const char *old_report, *new_report;
	int64_t check_timeout_s, settle_s, stuck_s, max_findings, max_load, max_lag_s;
	bool primary, no_second_look, readiness;
};

/* Where records of what ran where are, and what checks them. */
struct inventory_words {
	struct words places; /* directories of inventory save; files and directories of inventory verify */
	const char *file;    /* --inventory: a listing is made of it, and no database is asked; NULL: it is asked */
	const char *prometheus, *public_key;
};

struct request {
	const char *command; /* whose command this is: "host rescue" */
	int argc;
	const char *const *argv; /* for the journal and for the line that would go on; secrets are never in argv */
	struct what what;
	struct how how;
	struct where where;
	struct shown shown;
	struct audit_words audit;
	struct inventory_words inventory;
};
/* It takes no more than a part of what is there: --only, --exclude or --limit was given. */
static inline bool request_takes_part(const struct request *request)
{
	return request->what.only.n > 0 || request->what.exclude.n > 0 || request->what.limit > 0;
}

#endif
