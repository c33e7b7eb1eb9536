/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_WORLD_H
#define SIMULATE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The world of one history, in memory that the operator's commands share: each of them is a child that may die, and the world
 * goes on. Its clock moves only when a bottom is called, all that is random comes from the seed, and what the actors do is done
 * by whoever waits, in the same thread: one seed is one history. */

/* So many seeds have the same delays, names and habits, and other faults: up to its first fault each is the first one's history, of which
 * the server's answers are known. */
#define FAMILY 32
#define INSTANCES 3
#define FAULTS_MAX 4
#define EVENTS_MAX 128
#define MESSAGES_MAX 32
#define BODY_MAX 65536
#define TRACE_MAX (1u << 20)
#define TABLES_MAX 32
#define VERSIONS (2 * TABLES_MAX)
#define STATEMENT_MAX 16384
#define UUID_TEXT 37

#define MIGRATIONS_MAX 64

#define SECOND_US INT64_C(1000000)
#define BEGIN_S INT64_C(1796000000) /* 2026-11-30 02:13:20 UTC: the host has died */

/* What a call of a bottom is counted as: a fault names the one that it befalls. */
enum bottom { BOTTOM_ANY, BOTTOM_STATEMENT, BOTTOM_BEGIN, BOTTOM_COMMIT, BOTTOM_WRITE, BOTTOM_SYNC, BOTTOM_PUBLISH, BOTTOM_AGENT, BOTTOM_ORDER, BOTTOM_FENCE, BOTTOM_TIME, BOTTOMS };

enum fault_kind {
	FAULT_DEATH,        /* of the program */
	FAULT_POWER,        /* of its machine: what was not synced goes */
	FAULT_CUT,          /* the connection, before a statement */
	FAULT_COMMIT_NOT,   /* before the COMMIT came there */
	FAULT_COMMIT_DONE,  /* after it was done, before its answer */
	FAULT_FAILOVER,     /* the answer came, and the new primary has not what it was about */
	FAULT_DEADLOCK,     /* 1213 */
	FAULT_LOCK_WAIT,    /* 1205 */
	FAULT_READ_ONLY,    /* 1290, for half a minute */
	FAULT_CONFIRM_LOST, /* the message is in the queue, and the connection is gone */
	FAULT_MESSAGE_LOST, /* the same, and it is not */
	FAULT_NACK,         /* and it is in the queue all the same */
	FAULT_UNROUTABLE,   /* no queue is bound */
	FAULT_LATE,         /* the conductor takes it after some minutes: it may have expired */
	FAULT_CONDUCTOR,    /* dies with it */
	FAULT_NO_HOST,      /* the scheduler finds none */
	FAULT_CLAIM,        /* the compute has no room for it after all */
	FAULT_SPAWN,        /* it fails at it */
	FAULT_COMPUTE,      /* dies in the middle of it */
	FAULT_RETURN,       /* the dead host reports again */
	FAULT_TENANT,       /* deletes an instance */
	FAULT_CLOCK,        /* the operator's wall clock jumps by an hour */
	FAULT_DISK_FULL,    /* for a minute */
	FAULT_SYNC_FAILS,   /* EIO */
	FAULT_SECOND,       /* another operator begins, here or on another machine, while this command stands still */
	FAULT_OTHERS,       /* somebody else writes right before a transaction of ours */
	FAULT_WAKES,        /* the dead host reports again right before one */
	FAULT_UNLOCKED,     /* the server ends the session that holds the lock, inside of one */
	FAULT_SIGNAL,       /* SIGINT or SIGTERM */
	FAULT_FULL,         /* the queue is at its limit: a nack, and it has not the message */
	FAULT_BROKER,       /* its node goes, and is back after some time; what was queued there may be gone */
	FAULT_FROZEN,       /* the conductor stands still with it for minutes, and goes on */
	FAULT_UNDO,         /* another operator undoes the newest run, while this command stands still */
	FAULT_BMC_SILENT,   /* the dead host's BMC does not answer for up to some minutes */
	FAULT_BMC_SLOW,     /* it obeys, but late */
	FAULT_PAUSE,        /* another operator pauses the newest run, while this command stands still */
	FAULT_PAIR,         /* another host has died with it, one of the instances ran there, and both are rescued in one run */
	FAULT_CEPH,         /* no fault: the volumes are in a Ceph, and the old guests are kept off them first (--fence storage) */
	FAULT_CEPH_SILENT,  /* the same, and its monitors do not answer an order, which may be obeyed all the same */
	FAULT_LIFTED,       /* the same, and somebody clears the blocklist */
	FAULT_STOPS,        /* a tenant stops an instance, whose host may be down */
	FAULT_MIGRATES,     /* a tenant migrates one that runs on a host that lives, and may confirm it */
	FAULT_SLOW,         /* a sync takes up to a minute */
	FAULT_STAGE,        /* a host with a compute dies before any step of an evacuation that is its own */
	FAULT_RESTART,      /* its nova-compute alone does, and is started anew: its guests run on, and what it had in hand is forgotten */
	FAULT_ASLEEP,       /* conductor and scheduler are not there for some minutes */
	FAULT_REPEATED,     /* a message comes to a second conductor, too */
	FAULT_API_OFF,      /* nova-api is not there: no neutron tells a compute that a port is plugged */
	FAULTS
};

struct fault {
	enum fault_kind kind;
	uint64_t at; /* the nth call of its bottom; of the actors' faults: the nth chance; BOTTOM_TIME: the second */
	uint64_t by; /* what it does more: an instance, a number of seconds */
	bool on, happened, served; /* off: left out, to shorten the history; served: the second operator has come */
};

enum event_kind {
	EVENT_TAKE,  /* a conductor takes a message */
	EVENT_SEND,  /* it has a host, and sends it on; or it has none */
	EVENT_CLAIM, /* that host's compute claims */
	EVENT_SPAWN, /* it has ports and volumes, and begins to spawn */
	EVENT_PLUG,  /* neutron says that the ports are up */
	EVENT_RUNS,  /* the guest runs, and the instance is active */
	EVENT_MOVES, /* and the new host's */
	EVENT_DONE,  /* and its migration is done */
	EVENT_THAW,  /* a conductor that stood still goes on */
	EVENT_OFF,   /* the dead host's power goes off */
	EVENT_LIFT,  /* who has paused a run goes home: its file is gone */
	EVENT_DEED,  /* what a tenant has asked nova for goes on */
	EVENT_BACK,  /* a nova-compute that was restarted is there again */
	EVENT_TIME   /* a fault that a second names */
};

struct event {
	int64_t at_us;
	uint64_t order; /* of two at the same time the one that was made first */
	enum event_kind kind;
	size_t subject; /* a message, an instance or a fault */
};

enum message_state { MESSAGE_QUEUED, MESSAGE_TAKEN, MESSAGE_EXPIRED, MESSAGE_GONE };

enum step_once { ONCE_BEGINS, ONCE_MAKES_MIGRATION, ONCE_STOPS };

struct message {
	enum message_state state;
	int64_t sent_us, expires_us;
	size_t guest, host;  /* who it is about, and where that is built */
	bool waits;          /* in the queue of its compute */
	bool begun;          /* by a compute */
	bool was_stopped;    /* and is to be again */
	bool ended;          /* no host for it, or a step that failed: nobody goes on with it */
	int64_t plugging_us; /* since when its compute waits for its ports; 0: it does not */
	bool is_told;        /* that they are plugged */
	bool is_forgotten;   /* the service that had it was killed */
	bool has_stood;      /* a conductor has stood still with it, */
	bool stands;         /* and does */
	long long claimed;   /* the migration that it was sent for */
	int64_t claimed_us;  /* since when that is there */
	int64_t gone_us;     /* when it was not 'accepted' any more */
	bool is_closed;      /* by 'migration close' */
	bool is_others;      /* it was sent from the other operator's machine */
	bool is_repeated;    /* it came to two conductors */
	long long migration; /* 0: none was accepted when it was taken */
	unsigned taken;      /* steps that are taken once, a bit each */
	char method[32], uuid[UUID_TEXT], request[48];
};

struct guest {
	char uuid[UUID_TEXT], name[32];
	unsigned casts; /* messages about it that a queue got */
	unsigned runs;  /* hosts on which it runs, a bit each; the dead one's does not */
	bool is_preempted; /* nova has left it 'rebuilding', and builds it no more */
	bool is_stopped, is_moving, is_migrated; /* nova-api has taken that of its tenant; a migration that has not ended; one that has */
	long long claim; /* its newest migration that was 'accepted', and since when it is there */
	int64_t claim_us;
};

/* What a tenant has asked nova for, of the fault with that number: */
struct deed {
	struct message m; /* whose host is the one that it goes to */
	size_t from;      /* where it was */
	unsigned stage, tries;
	unsigned queues;  /* how often queues had gone when it was cast */
};

#define KEPT_OUT_MAX 16
struct kept_out {
	char client[80];
	int64_t until_us;
};

struct world {
	uint64_t seed, family, random, dice,
	    order;       /* dice: the faults' own stream, so that a fault that is left out changes no other */
	int64_t now_us;  /* since 1970 */
	int64_t jump_us; /* of the operator's wall clock */
	uint64_t calls[BOTTOMS];
	uint64_t chances[FAULTS];
	struct fault fault[FAULTS_MAX];
	size_t nfault;
	struct deed deed[FAULTS_MAX];
	struct event event[EVENTS_MAX];
	size_t nevent;
	struct message message[MESSAGES_MAX];
	size_t nmessage;
	struct guest guest[INSTANCES];
	bool alive[3];                 /* the computes A, B, C */
	bool agents_alive;             /* A's agents of neutron */
	bool is_pair;                  /* B has died with A, and is off for good */
	bool is_about_both;            /* the command that runs names both */
	bool api_is_off;
	bool has_ceph;                 /* which has the instances' volumes */
	bool leaves_storage;           /* the person was told to leave --fence storage out */
	bool goes_alone;               /* the person was told that A reports, and to rescue B without it */
	bool is_to_be_kept_out;        /* the command that runs was told to see to that: the old guests off their disks there */
	struct kept_out kept_out[KEPT_OUT_MAX]; /* its blocklist */
	size_t nkept_out;
	int64_t lifted_us; /* when somebody has cleared it */
	int64_t reported_us, owner_reported_us; /* since when the dead host does again, in some row; its services; 0: it does not */
	int64_t thawed_us;             /* when a command that stood still went on */
	bool has_fresh;                /* somebody else has changed an instance since the last command began */
	bool is_stale;                 /* what is typed is a plan that has expired */
	bool is_asked;                 /* the first command of the night was typed */
	bool is_fenced[2];             /* somebody has said that the host is off, or its agent */
	bool has_agent;                /* there is one; else a person states it */
	bool is_on;                    /* its power, where there is an agent: it hangs, or reports again */
	bool is_to_be_off;             /* the command that runs was told to see to that */
	int64_t on_us;                 /* since when it is on again */
	int64_t paused_us;             /* when somebody else has paused the run of this command */
	unsigned paused;               /* 0: of none */
	char paused_path[512];
	int64_t bmc_us;                /* until when its BMC is silent */
	unsigned doubtful;             /* the command whose COMMIT got no answer; 0: none */
	bool armed[FAULTS];            /* it befalls the next call that it can befall */
	int64_t read_only_us, full_us, broker_us, asleep_us; /* until when */
	size_t nthawed; /* frozen conductors that went on */
	bool restarts[3];              /* a compute that is not alive, but for a moment */
	unsigned broker_goes;          /* how often it went: who was connected before is not any more */
	unsigned queues_go;            /* how often with its queues */
	int64_t beat_us;               /* when the services reported last; */
	bool beat_due;                 /* which is not in their rows yet */
	bool is_beside;                /* a command runs on a machine on which another one stands still: its death is not the machine's */
	int64_t own_second;            /* that the world's own session has as its clock */
	uint64_t version[VERSIONS];    /* of each table that a history may write, 0: as it was; and then the same without who has touched it when */
	uint64_t next[TABLES_MAX];     /* the number of its next row */
	unsigned command, deaths;
	unsigned closing;              /* the last command that was a 'migration close' */
	char violation[512];
	size_t nhead, ntrace; /* nhead: what was told of its faults */
	char trace[TRACE_MAX];
};

extern struct world *world;
extern const char *const fault_name[FAULTS];
#define FIRST_HOST "sh03-compute-10e114e56e89"
extern const char *const host_name[3]; /* that one, which has died, and the two others */

/* simulate.c: memory that children share */
void *world_share(size_t n);

/* world.c */
/* Which faults a history may have: of the first ${kinds}, so that a kept seed stays its history when kinds are added; one of
 * the kind ${with} at least, where that is one; one of the kind ${only}, and no other; and a bit a fault that is left out. */
struct choice {
	size_t kinds, with, only;
	uint64_t off;
	unsigned without; /* a bit each of the instances that were deleted before the host died */
};
void world_begin(uint64_t seed, const struct choice *choice);
/* What there was to befall in a history that no fault has befallen. */
struct plain {
	uint64_t calls[BOTTOMS], chances[FAULTS];
	int64_t end_us;
};
/* Is the history that has begun another one than that of its family? Else it is that again, as its faults have nothing to befall. */
bool world_differs(const struct plain *p);
extern bool world_is_told; /* somebody wants the trace */
extern bool world_stops;   /* who finds the first thing wrong waits there for a debugger */
uint64_t world_draw(uint64_t below); /* of the world's stream */
void world_at(int64_t in_us, enum event_kind kind, size_t subject);
void world_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void world_wrong(const char *format, ...) __attribute__((format(printf, 1, 2))); /* a violation: the first one counts */
/* A call of a bottom: the clock moves a little, who is due acts. The fault that befalls it, or NULL. */
struct fault *world_call(enum bottom bottom, const char *what);
void world_wait(int64_t us); /* all that is due until then is done */
/* Is it this actor's turn to fail? */
bool world_fails(enum fault_kind kind);
/* Dies here, without a word. */
_Noreturn void world_die(const struct fault *f);
bool world_has_met(enum fault_kind kind);
bool world_is_second(enum fault_kind kind); /* another operator comes */

/* compute.c */
bool compute_acts(struct message *m, enum event_kind kind); /* false: a row is locked, and it is to be tried again */
bool compute_waits(const struct message *m);                /* for its ports, of which nobody has told it */
void compute_hears(const char *host, const char *method, const char *uuid, const char *port); /* a message to it */

/* services.c */
void host_goes(size_t host);
bool service_is_there(const struct message *m); /* the compute that has it, which may go right now */
void service_is_back(size_t host);
void services_go(bool killed, int64_t for_us); /* conductor and scheduler */
void services_come(void);                      /* before that time is over */

/* files.c */
void files_forget(void); /* no file is open, all is durable */
void files_lose_power(uint64_t by); /* by: how much of what was not synced */
bool files_unsynced_message(void); /* of the journal of the command that runs: what it says of a message is not on disk */
bool files_unsynced_intent(void);  /* the same, of what it says of rows */

/* server.c: the world's own connection, which nobody cuts */
void server_open(const char *directory);
/* One statement, or one transaction; false: a row is locked by who is asleep now, nothing was done, and it is to be tried later. */
bool server_try(const char *text);
/* Statements that the server parses once a lane, each with ';' at the end of its line, which stays the caller's. */
#define STATEMENTS_MAX 16
struct prepared {
	const char *name, *text;
	size_t n;
	uint32_t tables;         /* that it names, */
	uint32_t writes, changes; /* writes, and of these not only when they were touched */
	uint32_t numbers[STATEMENTS_MAX]; /* the table whose rows have numbers, where the statement inserts into one */
};
void server_prepare(struct prepared *p, const char *name, const char *text);
/* As server_try, of ${n} of them in one transaction; before it ${settings}: one SET, of the variables that they name. */
bool server_step(const struct prepared *p, const char *settings, size_t first, size_t n);
/* The rows of an answer as text, a line each, columns between blanks, to be read at once. */
uint32_t server_tables(const char *schema, const char *text); /* a bit each that a history may write and the text names; NULL: as schema.table */
const char *server_ask(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define LOOKS 3
extern const char *const look_text[LOOKS]; /* look.c's questions, whose answers server_try brings along */
bool look_is_half_moved(void); /* of what the dead host's backend owned some is elsewhere, and some is not */
void server_begin(void);
void server_put_back(void); /* what the history before has written */

/* look.c: nova's rows as they are; of absent values "-". */
struct instance_row {
	char uuid[UUID_TEXT], name[32], host[64], vm_state[32], task_state[32];
	long long deleted; /* -1: it is not there */
};
struct migration_row {
	long long id, deleted;
	char uuid[UUID_TEXT], status[32], type[32];
};
const struct instance_row *look_instance(const char *uuid);
const struct migration_row *look_migration(long long id);                    /* NULL: it is not there */
const struct migration_row *look_open(const char *uuid, const char *status); /* the newest evacuation; NULL: none */
const struct migration_row *look_newest(const char *uuid);                    /* of any type */
size_t look_count(const char *uuid, const char *status);                      /* migrations of any type */
/* Of what cinder and neutron have, what is not with it on its host, as cinder or neutron has it; NULL: all is. */
const char *look_bare(const char *uuid);
const char *look_claim_alone(void);     /* an instance that is 'rebuilding' without an open evacuation; NULL: none */
const char *look_migration_alone(void); /* one without a task state whose evacuation is 'accepted'; NULL: none */

/* Snapshots in which the server has not begun yet: now, before rows change. */
void sessions_hold(void);
/* And what the server does not know yet of this command, as another one goes on. */
void sessions_stand_still(void);
/* The command has ended: what its sessions have left is cleared away. */
void sessions_tend(unsigned command);
extern bool memory_verifies; /* what is remembered is asked for again, and a difference is a violation */

/* witness.c: what is looked at where it is done. A transaction: */
struct written {
	const char *missed; /* the statement that has not matched all of its rows; NULL: each did */
	bool begins; /* what an intent has announced; else it takes back, and may be the answer to a journal that fails */
	bool moves, takes_volumes, has_lock;
	int64_t begun_us;
};
#define OTHERS_WAYS 6
void others_write(const struct fault *f);
void others_are_seen(void);
void host_wakes(const struct fault *f);
void witness_beat(void); /* who lives has reported */
void witness_cast(const struct message *m);
void witness_event(const char *uuid, const char *port, const char *host); /* a compute is told of a port */
void witness_commit(const struct written *w);
void witness_rows(void); /* after each command */
void witness_ok(void);   /* after a rescue that says that all is done */
void witness_verdict(int code); /* after each rescue */

/* broker.c */
const char *broker_queue_state(const char *queue, unsigned *messages, unsigned *consumers); /* NULL: it is not there */

/* The node goes, with or without what is queued. */
void broker_goes(bool with_queues, int64_t for_us);

/* nova.c */
void nova_load(const char *steps); /* the directory of statements */
void nova_begin(unsigned without);
#define ALL_TABLES UINT32_MAX
void nova_beat(uint32_t tables); /* somebody is about to look at them: who lives has reported a moment ago */
void nova_act(const struct event *event);
void nova_takes(size_t message);
/* What a step is told beside its message: how a build ends that fails, as compute_fails.sql has it; where an instance comes from. Texts in words of SQL. */
struct told {
	const char *vm_state, *task_state, *power, *message, *trace;
	bool claimed;
	size_t from;
};
#define TOLD_NOTHING (&(struct told){ .vm_state = "", .task_state = "NULL", .power = "NULL", .message = "NULL", .trace = "" })
/* In one transaction; false: a row is locked, and nothing was done. */
bool nova_step(const char *name, const struct message *m, const struct told *told);

/* tenant.c: faults of tenants that are more than one step, by their number */
void tenant_asks(size_t fault);
void tenant_goes_on(size_t fault);

/* power.c */
void power_comes_on(void);
void power_goes_off(void);

/* ceph.c */
bool ceph_keeps_guest_out(size_t guest);
void ceph_is_cleared(void);

/* oracle.c */
void oracle_step(void);                                    /* after each step of an actor or the program */
void oracle_message(struct message *message);              /* a queue gets it */
void oracle_take(const struct message *message);           /* a conductor has it */
void oracle_begin(struct message *message);                /* a compute begins with it */
bool oracle_is_settled(size_t guest);                      /* it runs where nova says, or is what its tenant has made of it */
void oracle_journals(const char *here, const char *there); /* two machines' state directories */
void oracle_end(const char *last_words);                   /* what the operator read last */

/* command.c */
void pause_is_lifted(void);
extern const char *state_directory, *server_directory; /* of the machine that a command runs on */
extern char other_directory[4096];                     /* of the second operator's machine */

/* operator.c */
void operator_night(void);                             /* from the first command to the last hint; then the oracle judges */

#endif
