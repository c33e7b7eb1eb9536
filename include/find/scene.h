/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_SCENE_H
#define FIND_SCENE_H

#include "model/cinder/cluster.h"
#include "model/cinder/host.h"
#include "model/cinder/ownership.h"
#include "model/cinder/quota.h"
#include "model/cinder/schema.h"
#include "model/cinder/service.h"
#include "model/cinder/volume.h"
#include "model/neutron/agent.h"
#include "model/neutron/port.h"
#include "model/nova/attempt.h"
#include "model/nova/evacuation.h"
#include "model/nova/instance.h"
#include "model/nova/labels.h"
#include "model/nova/migration.h"
#include "model/nova/needs.h"
#include "model/nova/placing.h"
#include "model/nova/power.h"
#include "model/nova/release.h"
#include "model/nova/request_spec.h"
#include "model/nova/service.h"
#include "model/nova/vif.h"
#include "model/placement/books.h"
#include "model/session.h"
#include "cli/request.h"
#include "fence/fence.h"
#include "find/disks.h"
#include "find/rank.h"
#include "find/world.h"
#include "util/http.h"
#include "util/knock.h"

/* What find saw: facts only, gathered once, in one consistent snapshot a database, before anything is decided. The plan and the
 * guards read it and ask nobody else, so that both can be tested without a server. */

enum move_kind { MOVE_BACKEND, MOVE_BACKUPS };

/* Ownership that goes from one backend (or backup host) to another. */
struct move {
	enum move_kind kind;
	struct host_name from, to;                    /* as asked; a pool on ${from} limits the move to it */
	const struct cinder_service *source, *target; /* NULL: no such service row */
	bool target_known;                            /* a service or a row names it */
	bool in_place;                                /* the backend stays the same: only pools change, nobody loses anything */
	bool taken_back;     /* by an undo: ${from} is whom a run gave it to, and lives; the rows become what they were */
	bool enables_target; /* the target's service is enabled by the same run */
	struct owned_rows rows[OWNED_KINDS]; /* of this move's kinds; the others stay empty */
	int64_t served[OWNED_KINDS];         /* rows of clusters with a live member: they stay, and are not among ${rows} */
	struct unfinished_rows unfinished;
	/* in place, for the proof: the exact owner whose rows become another's; NULL: ${from} and ${to} */
	const char *whose, *whose_then;
	/* both owners: when the plan was made; and now, counted over another connection: after COMMIT, and once more at the end
	 * of a run that evacuates */
	struct ownership_count before, now;
};

/* Rows of a backend that belong to a cluster. One with a live member serves them, and they stay where they are; those of one
 * without are a dead owner's like all others, and move. */
struct cluster_fact {
	const char *backend_host, *cluster; /* cluster@backend */
	bool is_up;
	int64_t n[OWNED_KINDS];
};

/* A volume that an undo gives back to a host, and the instance that was evacuated away from there and uses it. */
struct elsewhere {
	const char *volume, *instance, *name, *host;
};

struct volume_fact {
	const struct bdm *bdm;
	struct volume_owner owner;
	const struct cinder_service *service; /* of the owner's backend; NULL: no such row */
	bool moves_first;                     /* this run moves it to a live owner before the evacuation */
};

/* An instance that somebody wants evacuated, with all that speaks for and against. */
struct candidate {
	const struct instance *instance;
	struct instance_mapping mapping;
	struct request_spec spec;
	struct volume_fact *volume;
	size_t nvolume;
	struct spec_facts spec_facts;
	struct needs needs;
	struct server_group group;
	const char **group_member; /* in the arena, shared by those of one group: all of its members, itself among them */
	const char **group_host;   /* the same: where each of them is; a NULL for one that is on no host */
	size_t ngroup_host;
	const struct migration *open;   /* somebody may still work on it; NULL: nobody */
	struct migrations accepted;     /* what a conductor would take for the one that we ask for */
	struct attempts attempts;       /* earlier evacuations that did not end well */
	struct maybe_int guest_alive_s; /* how long ago one of them met the living guest's lock; not set: none did, last */
	struct maybe_int providers;     /* that hold its allocations; not set: placement was not asked */
	struct unexplained unexplained; /* hosts that hold room for it without a reason */
	struct vifs vifs;               /* of nova's info cache; not to be freed */
	struct ports ports;             /* neutron's, the same; none unless scene->neutron.known */
	struct power_history power;     /* of one in ERROR, and of one that is stopped */
	bool was_stopped;               /* and it was stopped before: by nova's history, or a journal */
	const char *stopped_before;     /* the run that saw it so, and failed at it; NULL: none of this state directory */
	struct labels labels;           /* none unless [order] asks for them */
	struct rank rank;               /* the same */
	bool wanted;                    /* --only, --exclude and --limit leave it in */
};

/* An evacuation that somebody wants closed, with all that tells whether anybody works on it. */
struct closing {
	struct standing_migrations found;
	const struct standing_migration *migration;
	struct action_events events;
	struct migration_signs signs;
	size_t others; /* open migrations of the same instance */
};

/* nova scheduler/rpcapi.py: RPC_TOPIC, the same in every release; on the broker that the conductor's messages go to. */
#define SCHEDULER_QUEUE "scheduler"

/* What to do about messages that wait in a queue of the failed host. */
void queue_add_remedy(const char *queue, struct str *out);

/* A queue that only one service of the failed host reads: who still listens there could tell that the host is alive, what waits
 * there is done by nobody else, and by the host when it comes back. */
/* "compute.HOST" or, of nova 33 and later, "compute-alt.HOST". */
bool queue_is_of_compute(const char *queue);
struct consumer_fact {
	const char *queue;
	struct bus_queue now;
	bool reports; /* the service's heartbeat is fresh */
};
struct session_fact {
	const char *server; /* whose sessions: "cinder's database" */
	struct sessions sessions;
	unsigned down_s; /* older than this is no witness */
};

struct trait_fact {
	const char *name;
	struct providers providers;
};
struct cell_facts {
	const struct nova_cell *cell;
	struct nova_services services;
	struct compute_nodes nodes;
};

/* cinder's side: who serves, who owns. */
struct cinder_facts {
	unsigned down_s;
	struct cinder_services services;
	struct owners owners;
	struct cluster_fact *cluster_fact; /* of the backends that are moved */
	size_t ncluster_fact, cluster_fact_cap;
	struct cinder_schema schema;
	struct clusters clusters;
};

/* Of a host with compute nodes: the address that they tell and no other host's do; NULL: there is none. */
struct own_address {
	const char *host, *address;
};

/* nova's side: cells, computes, conductors, the release that they are of. */
struct nova_facts {
	unsigned down_s;
	bool asked;              /* scene_ask_nova() */
	struct cell_facts *cell; /* all of them */
	size_t ncell;
	struct own_address *address; /* by host; NULL: not made, scene_address_of() looks at each node */
	size_t naddress;
	const struct cell_facts *home;             /* the cell of the failed host; NULL: not known */
	const struct nova_service *compute;        /* its nova-compute; NULL: none */
	int64_t compute_seen_ms;                   /* when it was read, by our own clock */
	bool reports_though_forced_down;           /* a heartbeat of it came while we looked */
	const struct nova_service *target_compute; /* --target_host's; NULL: none asked or none there */
	const struct compute_node *target_node;
	const struct cell_facts *target_cell;
	bool target_is_mapped;     /* nova_api.host_mappings knows it, in its own cell */
	int64_t conductor_version; /* of the oldest live conductor; 0: none alive */
	int64_t newest_conductor;
	int64_t silent_conductor; /* of the oldest that does not report: better than nothing when none does */
	int64_t compute_version;  /* of the oldest nova-compute that is not forced down, in every cell */
	int64_t builder_version;  /* of the oldest live nova-compute that could take the instances */
	const struct release *release;
	struct cell_columns columns;
	struct host_mappings mappings;
	struct api_columns api_columns;
	struct standing_migrations standing; /* away from the failed host */
};

/* A compute node whose host is in the aggregate of an availability zone, and placement does not have it there, nor in another
 * aggregate of that zone: a scheduler that asks placement (${zones_asked}) sends no instance there that is of this zone. */
struct unmirrored {
	const char *node_uuid, *host, *aggregate, *zone;
};
enum zones_asked { ZONES_NOT_ASKED, ZONES_PERHAPS_ASKED, ZONES_ASKED };

/* What decides where instances may go. */
struct placing_facts {
	bool known; /* it was read */
	struct aggregates aggregates;
	struct inventories inventories; /* placement's; none without its database */
	struct placement_columns columns;
	struct providers sharing;
	enum zones_asked zones_asked; /* by its release and this machine's nova.conf */
	bool zones_known;             /* placement's aggregates were compared with nova's */
	struct zone_hosts zones;
	struct unmirrored *unmirrored; /* by their uuid */
	size_t nunmirrored;
	struct trait_fact *trait; /* of every trait that a candidate asks for: who has it */
	size_t ntrait;
	const struct nova_service **opened; /* reserved hosts that this run would take into service (find/reserve.h) */
	size_t nopened;
	int64_t marked_ms; /* when TRAIT_DISABLED was read again last, by our own clock; 0: not since the plan */
};

/* neutron's side, where its database may be read. */
struct neutron_facts {
	bool known;         /* its ports were read; else nothing else here counts */
	bool asked;         /* its columns are known: scene_ask_network() */
	const char *absent; /* why not, once scene_find_network() has looked; NULL: it is known */
	unsigned down_s;    /* agent_down_time */
	struct neutron_columns columns;
	struct neutron_agents agents; /* none with OVN, or where columns.has_agents is not so */
	struct ports ports;           /* of all candidates; those of one of several hosts are with its candidates alone */
};

/* The queues of nova's broker. */
struct bus_facts {
	bool has_exchange, queue_known; /* queue_known: the conductor's was looked at */
	struct bus_queue conductor;
	struct bus_queue scheduler;      /* before an evacuation */
	struct bus_queue scheduler_then; /* a second later, where messages waited */
	struct consumer_fact *consumer;  /* of every service of the failed host whose broker answered */
	size_t nconsumer;
	const char *queues_absent; /* why some of its queues were not looked at; NULL: all were */
};

/* Who else could tell that the failed host is alive. */
struct witness_facts {
	struct session_fact session[4];
	size_t nsession;
	const char *nova_api; /* where it answers; NULL: it does not */
};

/* Does the failed host itself answer? Only an answer says something: a connection that is accepted, and one that is refused by
 * the address itself, which takes a running kernel. */
#define LIFE_ADDRESSES 6
struct life_facts {
	bool asked; /* its address is known and its own, and there are ports to knock at */
	/* What is known to be its own: nova's host_ip of it, where neutron's agents there end their tunnels, from where it
	 * comes to its storage. Neither a loopback's nor another host's. */
	const char *tried[LIFE_ADDRESSES];
	size_t ntried;
	const char *address; /* the one that has answered most; NULL: none is known */
	enum knock answer;
	uint16_t port; /* that answered */
	/* The same asked from another compute, which reports: where that one is not heard either, silence says nothing of the
	 * host. */
	const char *other; /* its name; NULL: there is none */
	enum knock other_answer;
	const char *dumb_broker; /* HOST:PORT of the control plane's brokers that accepts no connection; NULL: none is known */
	int64_t knocked_ms;      /* when the host was asked again, by our own clock; 0: not since the plan */
};
/* The ways on which it is told that a host is dead: what breaks one of them makes all that came on it agree. */
enum wire { WIRE_BROKER, WIRE_DATABASE, WIRE_NETWORK, WIRE_POWER, WIRE_STORAGE, WIRES };
extern const char *const wire_name[WIRES];
struct wires {
	unsigned of[WIRES]; /* witnesses of each that were asked and saw no life */
	unsigned witnesses, wires;
};

/* The failed host's power, as its fence agent says: before the plan, and again before each wave. */
struct power_facts {
	bool asked;
	const char *absent; /* why no agent can be asked though one is configured; NULL: none is configured, or it was asked */
	const char *shared; /* the same, where that is because its options are another host's, too */
	struct fence_agent agent;   /* program NULL: none is configured for this host */
	struct fence_answer answer; /* the last one */
	int64_t asked_ms;           /* when it came, by our own clock */
};

/* neutron's agents on the failed host: they go on while nova-compute is down alone, and neutron hears of them without nova. */
#define AGENT_QUEUES 2
/* How they are looked at again. */
struct agent_watch {
	struct bus *own;   /* NULL: not opened, or nova's is neutron's */
	struct db *db;     /* NULL: the world's connection has not ended */
	int64_t looked_ms; /* in the future after a look that was in vain: at most a tenth of the time goes into those */
};
struct agent_facts {
	bool looked;                /* the host's rows were read */
	struct neutron_agents rows; /* none with OVN, or where neutron's database is not known */
	unsigned down_s;            /* agent_down_time */
	bool columns_known;
	struct neutron_columns columns;
	struct consumer_fact queue[AGENT_QUEUES]; /* that there were; their ->reports says nothing here */
	size_t nqueue;
	const char *absent; /* why not all was looked at; NULL: all was */
	bool silent;        /* neutron is configured, and the last time its answer was not to be had */
	struct agent_watch watch;
};

/* The services that nova asks over HTTP, as they answer to this machine; and nova-api, as it answers to neutron's question. */
enum peer_state { PEER_UNKNOWN, PEER_ANSWERS, PEER_DOWN };
struct peer_fact {
	const char *origin;  /* where look.url comes from */
	const char *unknown; /* why no address is known; NULL: look.url is it */
	struct http_look look;
	bool looked;
	bool own; /* nova-api's own address of this nova.conf: neutron may ask another one */
};
struct peer_facts {
	bool known; /* they were looked for */
	struct peer_fact v[PEERS];
	int64_t looked_ms; /* at all that are needed, by our own clock */
};

/* What the run is about, and what it would do with it. */
struct subject {
	const char *host;       /* the failed node */
	const char *asked_host; /* as it was asked for, when that was its hypervisor's name; else NULL */
	bool moves_things, evacuates, marks, closes;
	bool with_attachments; /* its instance's are read behind it (attachments_of_instance()): asked for as soon as it is
	                          known */
	bool recovers;         /* unfinished runs of this host are what it is about */

	struct move *move;
	size_t nmove;
	unsigned kinds; /* what of a backend moves, as 1 << OWNED_…; 0: all */

	/* what the commands about one service, cluster, volume, or quota have found */
	const struct cinder_service *service;
	struct service_references references;
	struct volumes_of_other volumes_of_other;
	const struct cluster *cluster;
	struct cluster_rows cluster_rows;
	struct quota quota;
	struct volume_removal volume;

	struct instances instances;
	bool looked_up;    /* scene_look_up_instance() */
	struct db *beside; /* a second connection to cinder's database, for the attachments; NULL: none */
	size_t cell;       /* of the world, in which that one is */
	size_t copies;     /* of the instance that is looked at, when more than one cell has it; else 0 */
	struct bdms bdms;
	struct migrations migrations;
	struct candidate *candidate;
	size_t ncandidate;
	struct closing *closing; /* NULL: nothing is to be closed */

	struct past *past; /* journal undo: the run that is taken back, its caller's; NULL: none */
	struct elsewhere *elsewhere;
	size_t nelsewhere;
};

struct scene {
	const struct request *request;
	const struct world *world;
	const char *run, *who;           /* this run and who started it, for what it writes into services rows */
	const char *journal_file_system; /* journal_file_system() */
	struct subject subject;
	struct cinder_facts cinder;
	struct nova_facts nova;
	struct placing_facts placing;
	struct neutron_facts neutron;
	struct bus_facts bus;
	struct witness_facts witness;
	struct life_facts life;
	struct power_facts power;
	struct agent_facts agents;
	struct peer_facts peers;
	struct storage_facts storage;
	/* Several failed hosts in one run: a scene of each (scene_divide()). What is of one host (subject.host, nova.compute,
	 * bus.consumer, witness, life, power, agents, storage) is theirs, and this one has what is of all. NULL: it is about
	 * one itself, or about none. */
	struct scene *each;
	size_t neach, nleft;       /* ${nleft}, behind the others: those of which nothing is done */
	const struct scene *whole; /* of one of several: that of all; NULL: it is alone */
	struct request own;        /* the same: the request, as it is about this host */
	struct scene **crowd;      /* of hosts whose instances were asked for together: what they have of it; freed last */
	size_t ncrowd, crowd_cap;
	struct arena arena;
};
/* The scenes of the failed hosts, one after the other: ${scene} itself where it is about one. */
#define EACH_HOST(h, all) \
	for (struct scene *h = (all)->each ? (all)->each : (all), *h##_end = h + ((all)->each ? (all)->neach : 1); \
	     h < h##_end; h++)
#define EACH_HOST_OF(h, all) \
	for (const struct scene *h = (all)->each ? (all)->each : (all), *h##_end = h + ((all)->each ? (all)->neach : 1); \
	     h < h##_end; h++)

void scene_free(struct scene *scene);
/* Another subject in the same cloud: ${scene} gets what is the same for every host (scene_find_cinder(), scene_find_nova(),
 * scene_find_placing()) from ${common}. What it learns of it in addition goes back with scene_give_back(), before its
 * scene_free() and before the next one borrows. */
void scene_borrow(struct scene *scene, const struct scene *common);
void scene_give_back(struct scene *scene, struct scene *common);
void scene_forget(struct scene *scene); /* the same of one that learnt nothing, or whose ${common} has learnt since */

/* scene_each.c: several failed hosts. Makes ${scene}->each, to be found one after the other, each between scene_lend() and
 * scene_take_back(); ${scene} has its cinder, nova, and what the subject is about. */
void scene_divide(struct scene *scene, const struct words *hosts);
void scene_lend(struct scene *scene, struct scene *host);
void scene_take_back(struct scene *scene, struct scene *host);
/* All are found: those that cannot be rescued go behind the others, and moves and instances of the others are ${scene}'s.
 * ERROR_REFUSED: they are of different cells. */
int scene_join(struct scene *scene, struct error *err);
/* The instances anew, with what was learnt of them since. */
void scene_join_candidates(struct scene *scene);
/* The words of the request that are about single hosts, for each of them: a statement about the power of hosts counts for those
 * that it names. */
void scene_share_words(struct scene *scene);
/* scene_crowd.c: the instances of several hosts, whose homes are known, each with what scene_find_instances() finds of one:
 * what is asked for them is asked for as many hosts at once as a look takes. What they share is ${common}'s, and freed with it;
 * their
 * ->placing is to be lent again. */
int scenes_find_instances(struct scene *common, struct scene *const *host, size_t n, struct error *err);
/* What leaves them: their ->nova.standing, and the columns of their cells; of hosts that scene_locate() has found. */
int scenes_find_standing(struct scene *common, struct scene *const *host, size_t n, struct error *err);
/* One of several of which nothing is done, as a backend of it has no counterpart. */
bool scene_lacks_counterpart(const struct scene *host);
/* scene_hosts.c. The one that is about ${host}; ${scene} itself where it is about one; NULL: none of several is. */
struct scene *scene_about(struct scene *scene, const char *host);
/* Is it a failed host of this run? One of which nothing is done is, too. */
bool scene_has_failed(const struct scene *scene, const char *host);
/* "h1 h2", ready for a shell; NULL: about no host. */
const char *scene_hosts_words(const struct scene *scene, struct arena *arena);
bool scene_is_about_hosts(const struct scene *scene); /* one at least */

/* scene_cinder.c: services and owners. */
int scene_find_cinder(struct scene *scene, struct error *err);
/* The same with the owners alone that are near the hosts that the command line names (owners_list_near). */
int scene_find_cinder_near(struct scene *scene, struct error *err);
/* And the parts of it: services and schema; owners near these hosts, at most OWNERS_NEAR, each may be NULL. */
int scene_find_cinder_base(struct scene *scene, struct error *err);
int scene_find_owners_near(struct scene *scene, const char *const hosts[OWNERS_NEAR], struct error *err);
/* Does a volume's owner or a cinder-volume have this node's name? */
bool scene_serves_volumes(const struct scene *scene, const char *node);
/* Every owner where the name that was asked for is a hypervisor's (subject.asked_host): those near it are not those of the
 * host. */
int scene_find_owners_resolved(struct scene *scene, struct error *err);
/* Before things are moved: the same, and every owner where the failed host neither owns nor serves a volume, for the finding
 * shared-backend-host names those who do. */
int scene_find_who_owns(struct scene *scene, struct error *err);
/* scene_nova.c: services, computes and the conductor's release in every cell; then the instances of a host or just one. */
int scene_find_nova(struct scene *scene, struct error *err);
void scene_ask_nova(struct scene *scene); /* its questions ahead, of all cells at the same time; done by it where it was not */
void scene_note_builders(struct scene *scene); /* of the home cell */
/* scene_home.c: the cell of a host and its nova-compute, which may be gone (scene->compute NULL) while instances name the host;
 * to be looked at, and not evacuated, any service or mapping of it is enough. The cell itself must answer, the others need
 * not. */
int scene_find_home(struct scene *scene, const char *host, struct error *err);
/* The same without what leaves the host: nova.standing, and the columns of its cell. */
int scene_locate(struct scene *scene, const char *host, struct error *err);
/* Fails: a cell that does not answer may know it. */
int scene_not_known_in_all_cells(const struct scene *scene, const char *what, const char *name, struct error *err);
int scene_check_spread(struct scene *scene, struct error *err); /* each host of --spread is known, and could take something */
int scene_find_target(struct scene *scene, const char *host, struct error *err); /* --target_host */
int scene_find_instances(struct scene *scene, struct error *err);                /* all of its host */
/* Uuid or exact name; sets its host. Names have no index: its question ahead, and the answer before scene_find_nova(), whose
 * lists are then read beside the pass over the attachments; looked up by scene_find_instance() where it was not. */
void scene_ask_instance(struct scene *scene, const char *id);
int scene_look_up_instance(struct scene *scene, const char *id, struct error *err);
int scene_find_instance(struct scene *scene, const char *id, struct error *err);
/* Of several hosts: are the words of --only and --exclude instances of theirs, or the hosts themselves? */
int scene_check_words_of_all(const struct scene *scene, struct error *err);
void scene_rank_candidates(struct scene *scene); /* by [order]; and sorts them */
void scene_sort_candidates(struct scene *scene); /* in the order in which they are evacuated */
/* Which volumes of its instances are moved before, among all that ${moves} moves. */
void scene_note_moved(struct scene *scene, const struct scene *moves);
int scene_find_bus(struct scene *scene, struct error *err);
void scene_look_for_conductor(struct scene *scene); /* its queue, if the broker answers */

/* scene_twins.c: names that are ${host} up to the first dot, an FQDN and its short name, with what they own; without the one
 * that
 * --cinder-host takes along. */
struct host_twin {
	const char *name;
	int64_t volumes, backups;
	size_t cinder_services, nova_services;
	bool up; /* one of them reports */
};
struct host_twins {
	struct host_twin *v; /* in the arena */
	size_t n;
};
void scene_find_twins(const struct scene *scene, const char *host, struct arena *arena, struct host_twins *out);
void host_twin_describe(const struct host_twin *twin, struct str *out); /* "13 volumes, 2 backups" */
/* A host of cinder's that is the failed one's, by its own name or by that of --cinder-host. */
bool scene_is_failed_node(const struct scene *scene, const char *host);

/* Placement's database: the one whose configuration was given; with Queens and Rocky nova's API database, unless their
 * nova.conf has a [placement_database]; NULL: none. After scene_find_nova(). */
struct db *scene_placement_db(const struct scene *scene);
/* scene_placing.c: what decides where instances may go. Before the instances. */
int scene_find_placing(struct scene *scene, struct error *err);
int scene_find_traits(struct scene *scene, const struct candidate *candidate, struct error *err);
/* scene_zones.c: does a scheduler of this release ask placement for hosts of an availability zone? PERHAPS: by default, and
 * ${config} does not say. */
enum zones_asked release_asks_zones(const struct release *release, const struct nova_config *config);
/* The part of it that is about availability zones; ${placement} has been probed. */
int scene_find_zones(struct scene *scene, struct db *placement, struct error *err);
/* The node, if it is an unmirrored one; NULL: it is not, or that is not known. */
const struct unmirrored *scene_unmirrored(const struct scene *scene, const char *node_uuid);
/* Before a message: which hosts placement has as disabled, read again where the last look is older than ${life_ms}. A database
 * that does not answer leaves what was known. */
void scene_look_at_marked(struct scene *scene, int64_t life_ms);
bool scene_is_marked(const struct scene *scene, const char *host); /* as it was read last */
/* scene_candidates.c: the facts of all candidates, one for each of subject.instances, in their order; each kind of row is asked
 * for all of them at once. */
int scene_find_candidates(struct scene *scene, struct error *err);

/* Would a nova-compute that rebuilds an instance wait for the event of one of these, as its info cache has them before, or is
 * that not known? Bound to another host each is DOWN at first, whatever it was: only where there is none, or none but
 * remote-managed ones, it waits for nothing. */
bool vifs_may_be_awaited(const struct vifs *vifs);
/* scene_network.c: the ports of all candidates, and neutron's agents. neutron's database is a witness: without it, or when it
 * stops to answer, scene->neutron.known is false, which is an absence and no error. */
void scene_find_network(struct scene *scene);
void scene_ask_network(struct scene *scene); /* its questions ahead, when the candidates are known, and before it */

/* scene_peers.c: their addresses, out of our own configuration, nova.conf, or keystone's catalog where its database may be
 * read, in this order. None is no error. */
void scene_find_peers(struct scene *scene);
/* scene_peers_look.c. Looks at those of ${peers} (1 << PEER_…) whose address is known, all at the same time, two seconds at
 * most. */
void scene_look_at_peers(struct scene *scene, unsigned peers);
/* Those that the evacuations of this run need: cinder-api only where an instance has volumes. nova-api is among them, as a
 * witness. */
unsigned scene_needed_peers(const struct scene *scene);
/* What was seen of it; PEER_UNKNOWN: no address, or a certificate that is not trusted here. */
enum peer_state peer_state(const struct peer_fact *fact);
/* Does neutron tell the nova-computes of their ports, as far as that was seen? It does when the nova-api that it posts to
 * answered, and where its configuration does not turn that off. All that depends on it asks here. */
bool scene_neutron_tells(const struct scene *scene);
bool scene_ask_neutron_tells(struct scene *scene); /* looks again, 2 s at most */
/* "placement at http://…/ refuses the connection"; where there is no address, why. */
void peer_say(enum peer peer, const struct peer_fact *fact, struct str *out);

/* scene_witness.c: consumers, database sessions. A witness that cannot be asked says nothing and is no error. */
void scene_find_witnesses(struct scene *scene);
/* A host's address as nova knows it; NULL when that says nothing: a loopback address, or one that several hosts share. */
const char *scene_address_of(const struct scene *scene, const char *host);
void scene_index_addresses(struct scene *scene); /* for who asks for many hosts, when the nodes of all cells were found */
void scene_find_sessions(
    struct scene *scene); /* of the home cell's server, without one of every cell's; nova_api's and cinder's */
/* Does a session of session[fact] tell that ${host} is alive? It is fresh, and from an address or by a name that is that host's
 * alone; one that an earlier fact has too is not told twice. */
bool scene_session_speaks(const struct scene *scene, size_t fact, const struct session *session, const char *host);
size_t scene_sessions_of(const struct scene *scene, const char *host); /* how many do */
/* scene_life.c: knocks at the failed host's own address, at [site] life_ports, 1.5 s at most; after scene_find_nova(). */
void scene_find_life(struct scene *scene);
void scene_knock_again(
    struct scene *scene); /* of the host alone, or of each of several, 0.3 s: what is lost, the next one finds */
bool scene_answers(const struct scene *scene, struct str *why); /* it does, the last time; ${why}, may be NULL: how */
bool scene_is_heard_of(const struct scene *scene); /* it was silent where another one answered: silence says something */
struct wires scene_wires(const struct scene *scene);
json_object *scene_life_json(const struct scene *scene);   /* the evidence; NULL: it was not asked */
json_object *scene_agents_json(const struct scene *scene); /* scene_agents.c: the same of neutron's */
json_object *scene_wires_json(const struct scene *scene);
/* scene_power.c: asks the failed host's fence agent, as long as its time-out. Neither no agent nor no answer is an error. */
void scene_find_power(struct scene *scene);
void scene_ask_power(struct scene *scene);                         /* once more, of an agent that was asked before */
bool scene_is_off(const struct scene *scene);                      /* the agent said so, the last time that it was asked */
bool scene_fences(const struct request *request, const char *way); /* --fence ${way} */
/* What an agent said, or why none did, for people; nothing where none is configured. */
void scene_say_power(const struct scene *scene, struct str *out);
json_object *scene_power_json(const struct scene *scene); /* the evidence; NULL: no agent is configured */
json_object *scene_hosts_json(const struct scene *scene); /* scene_each.c: of several hosts, host, power and storage of each */
json_object *scene_storage_json(const struct scene *scene); /* what Ceph said of each disk; newest look */
/* scene_agents.c: rows and queues of neutron's agents on the failed host, found when the run begins. What cannot be asked is
 * said in absent, and no error. */
void scene_find_agents(struct scene *scene);
/* The same looked at again, over a connection of its own where neutron's broker is another than nova's, or where the one to its
 * database has ended. */
void scene_look_at_agents(struct scene *scene);
void agent_watch_end(struct agent_watch *watch);
/* Does one of them show that the host lives? ${why}, may be NULL, gets the sentence. A row that is fresh does, or a consumer of
 * a queue that the host's agent alone reads, unless its own row says that it does not report any more: then the broker has not
 * dropped the connection yet. */
bool scene_agent_speaks(const struct scene *scene, struct str *why);
/* scene_heartbeat.c: before an evacuation, of a nova-compute that is forced down and whose heartbeat is not yet late: waits
 * until it is, or until another one comes. */
int scene_watch_heartbeat(struct scene *scene, struct error *err);
/* scene_queues.c: the queues of the failed host's own services, looked at afresh: its nova-compute's when its cell is known,
 * those of its cinder services. A broker that does not answer is no error: it is said in queues_absent. */
void scene_find_queues(struct scene *scene);
/* The broker that a cell's computes listen on, which need not be the one that nova-api casts on. A connection opens itself
 * again with what it was opened with: both live equally long, and where they are. */
struct cell_bus {
	struct broker_config config;
	struct bus *bus;
};
/* Without a bus: it could not be reached, or, without an error, the mapping names none, and the computes have that of nova.conf
 * (nova context.py: set_target_cell). */
void cell_bus_open(const struct world *world, const struct nova_cell *cell, struct cell_bus *out, struct error *err);
void cell_bus_close(struct cell_bus *cell);
/* Queues of a cell's computes that hold messages. What a conductor has handed on waits there without end, and is begun when the
 * compute comes back (oslo.messaging: a cast does not expire). Texts are in ${arena}, hosts the cell's. */
struct waiting_queue {
	const char *host, *queue;
	uint32_t messages;
};
struct waiting_queues {
	struct waiting_queue *v;
	size_t n;
	const char *absent; /* why not all were looked at; NULL: all were */
};
void scene_find_waiting(const struct scene *scene, const struct cell_facts *cell, struct arena *arena,
    struct waiting_queues *out);

#endif
