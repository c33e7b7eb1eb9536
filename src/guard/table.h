/* SPDX-License-Identifier: Apache-2.0 */
/* The guards, a row a code, in the order in which findings are said and mended. It is included where GUARD and LOOK say what
 * becomes of a row: internal.h declares the functions, table.c makes the table.
 *
 *	GUARD(code, severity, accept, LOOK(when, name) …, .sentence = …, .hint = …)
 *
 * when: the runs in which guard_NAME() is asked (enum guard_when). Where one code is looked for in several ways each has its
 * LOOK, and those that fit the run are asked in this order. What follows are members of struct guard. */

/* clang-format off */
/* left out of a run; first, as others look only at what is left */
GUARD("not-evacuable", SEVERITY_SKIP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, not_evacuable),
	.sentence = "nova evacuates no instance in this state",
	.hint = "mend it with nova's own means once nova-api is back")
GUARD("task-state", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, task_state),
	.sentence = "the instance is in the middle of something that only later point releases of this nova take for no "
		"obstacle",
	.hint = "nova-api's own evacuate, once it is back",
	.offer = "where all of nova is that new")
GUARD("old-cpu-pinning", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, old_cpu_pinning),
	.sentence = "an instance pinned to CPUs before Victoria: a nova without the cure of bug 1952941 cannot place it and "
		"leaves it in ERROR",
	.hint = "restart its host, or upgrade nova",
	.offer = "where the point release has that cure")
GUARD("octavia", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, octavia),
	.sentence = "a load balancer's instance: octavia replaces it by itself")
GUARD("needs-token", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, needs_token),
	.sentence = "nova would have to act in the user's name (a key of barbican, a device of cyborg) and a cast from here "
		"has no token",
	.hint = "nova-api's own evacuate, once it is back",
	.offer = "where the key manager has credentials of its own (vault, a fixed key)")
GUARD("local-disk", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, local_disk),
	.sentence = "the instance has disks that nova made (the root of an image, ephemeral, swap): they may be on the dead "
		"host's own disk and would be made anew, empty",
	.hint = "[site] shared_disks = true where all instance disks are shared",
	.offer = "where this one's disk is shared, or may come out empty")
GUARD("guest-may-still-run", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, guest_may_still_run),
	.sentence = "an earlier evacuation failed on a compute that may run the instance's guest still: evacuated to a third "
		"host it would run twice",
	.offer = "once it is gone, or was not there")
GUARD("no-capacity", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, no_capacity),
	.sentence = "no host has the vCPU, memory or disk, or none passes the filters: nova would leave the instance in ERROR")

/* the failed host */
GUARD("source-alive", SEVERITY_STOP, ACCEPT_FENCED_MOVE,
	LOOK(WHEN_EVACUATES, host_alive) LOOK(WHEN_MOVES_ALONE, backend_alive) LOOK(WHEN_UNDOES, owner_at_work),
	.sentence = "a service of the failed host still reports",
	.hint = "power the host off and wait until it no longer reports",
	.offer = "for a move that is planned", .offer_for_all = true)
GUARD("fencing-unconfirmed", SEVERITY_STOP, ACCEPT_CODE,
	LOOK(WHEN_EVACUATES_ALONE, host_unfenced) LOOK(WHEN_RESCUES, rescue_unfenced) LOOK(WHEN_MOVES_ALONE, backend_unfenced),
	.sentence = "the power-off of the host is not confirmed: a host without a heartbeat may still write to its disks",
	.hint = "power the host off; then say who did it and how it is known: --fenced",
	.of_request = true)
GUARD("source-node-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, source_node_missing),
	.sentence = "--force, and the failed host's compute node record is gone: the conductor copies its allocations and "
		"would end in an error",
	.hint = "leave --force out: the scheduler asks for no record of the failed host")
GUARD("mass-failure", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, mass_failure),
	.sentence = "more than half of at least four compute services are down: more likely the network, the database or the "
		"broker than so many hosts",
	.hint = "look at the control plane first: 'evac-manage doctor'",
	.offer = "when they really are down", .offer_for_all = true)
GUARD("site-version", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, site_version),
	.sentence = "the site's version is below the minimum that its configuration names",
	.hint = "see [site] version and min_version in evac-manage's configuration")
GUARD("release-deletes-disks", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, release_deletes_disks),
	.sentence = "in this release of nova a failed spawn on the new host deletes disks on shared storage (bug 1550919)",
	.hint = "make snapshots first, or upgrade nova; vif_plugging_is_fatal = false on the computes keeps a spawn from "
		"failing for want of neutron's word")

/* the new owner, the new host */
GUARD("target-is-source", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, target_is_source),
	.sentence = "the new host is the failed one",
	.hint = "name another host",
	.of_request = true)
GUARD("target-service-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, target_service_missing),
	.sentence = "no service of the new owner is registered",
	.hint = "'evac-manage service list' shows who could take it",
	.of_request = true)
GUARD("no-counterpart", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, no_counterpart),
	.sentence = "the failed host has a backend that the new one lacks",
	.hint = "move it by itself, by volume update_host or backup update_backup_host; 'evac-manage service list' shows who "
		"is there",
	.of_request = true)
GUARD("target-down", SEVERITY_STOP, ACCEPT_CODE,
	LOOK(WHEN_ALWAYS, cluster_down)
	LOOK(WHEN_ALWAYS & ~WHEN_UNDOES, new_owner_down)
	LOOK(WHEN_UNDOES, old_owner_down)
	LOOK(WHEN_EVACUATES, target_host_down),
	.sentence = "the new owner or host does not report",
	.hint = "'evac-manage service list' shows who is up",
	.of_request = true)
GUARD("target-disabled", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, target_disabled),
	.sentence = "the new owner or host is disabled",
	.hint = "enable it, or name another",
	.of_request = true)
GUARD("target-frozen", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, target_frozen),
	.sentence = "the new owner's backend is frozen: it would refuse every change",
	.hint = "thaw it, or name another",
	.of_request = true)
GUARD("target-other-cell", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, target_other_cell),
	.sentence = "the target host is in another cell",
	.hint = "name a host of the same cell",
	.of_request = true)
GUARD("target-node-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, target_node_missing),
	.sentence = "the target host has no compute node, or no mapping to its cell",
	.hint = "start its nova-compute and look at its log, or name another",
	.of_request = true)
GUARD("looks-swapped", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, looks_swapped),
	.sentence = "the host that is to be left reports, and the one that is to take over does not")
GUARD("duplicate-services", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, duplicate_services),
	.sentence = "cinder has two rows for the new owner: which of them will report tomorrow is not known")
GUARD("target-failed-over", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, target_failed_over),
	.sentence = "the two backends are on different sides of a replication",
	.hint = "cinder failover-host, or another new owner",
	.of_request = true)
GUARD("target-state-unsupported", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, target_state_unsupported),
	.sentence = "a conductor or a compute is older than 2023.1 and cannot leave an instance stopped: nova would lose the "
		"message",
	.hint = "leave --target-state out: it comes out in the state that it is in",
	.of_request = true)
GUARD("scheduler-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, scheduler_missing),
	.sentence = "nobody reads the queue of nova's scheduler: a request would wait there, its conductor give up, and a "
		"scheduler that returns claim room for it")
GUARD("no-consumer", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, no_consumer),
	.sentence = "nobody listens where nova's conductor should: a cast would wait and run when nobody watches",
	.hint = "start nova-conductor; 'evac-manage doctor' shows the queue",
	.of_request = true)

/* what moves */
GUARD("clustered", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, clustered),
	.sentence = "the new owner is a member of an active-active cluster: whether what moves becomes its own or its "
		"cluster's has to be said")
GUARD("in-flight", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, in_flight),
	.sentence = "a volume migration, or an evacuation, is already under way",
	.hint = "wait until it has ended, or find out that nobody works on it any more")
GUARD("stale-accepted", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, stale_accepted),
	.sentence = "an older migration of the instance is still 'accepted': a conductor takes the first that it finds")
GUARD("unit-too-large", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, unit_too_large),
	.sentence = "the database cluster takes no transaction as large as this one (wsrep_max_ws_rows, wsrep_max_ws_size)",
	.hint = "move one backend or pool at a time, or raise the limit")
GUARD("volume-owner-dead", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, volume_owner_dead),
	.sentence = "an instance's volume is owned by a dead backend: nova would call that owner for minutes, then leave the "
		"instance in ERROR and a stray attachment")

GUARD("migration-not-closable", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, migration_not_closable),
	.sentence = "only an evacuation that has not ended can be closed: a done one keeps a returning host from running the "
		"instance twice",
	.hint = "'evac-manage migration list' says what it means")
GUARD("migration-in-progress", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, migration_in_progress),
	.sentence = "a message, a conductor or a compute may still work on that evacuation",
	.hint = "wait; 'evac-manage migration list --stale' shows those that nobody works on")
GUARD("service-restart-needed", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, service_restart_needed),
	.sentence = "a conductor or a compute has begun with that evacuation and not ended it: its HTTP calls have no "
		"time-out, only its restart drops what it holds")

/* one service, cluster or volume */
GUARD("schema-unknown", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, schema_unknown),
	.sentence = "cinder's tables lack columns that every release since Queens has: nothing is written",
	.hint = "check [database] connection in cinder.conf")
GUARD("service-alive", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, service_alive),
	.sentence = "the service reports: removed, it would come back with another uuid at its next heartbeat",
	.hint = "stop the service first")
GUARD("service-owns", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, service_owns),
	.sentence = "the service owns rows that nobody would serve any more")
GUARD("cluster-has-hosts", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cluster_has_hosts),
	.sentence = "services are still members of the cluster",
	.hint = "--recursive removes them, too")
GUARD("cluster-owns", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, cluster_owns),
	.sentence = "rows belong to the cluster: nobody would serve them any more")
GUARD("cluster-unknown", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, cluster_unknown),
	.sentence = "no cluster has the new name: nobody would serve the rows",
	.hint = "'evac-manage cluster list' shows all; a cluster's row comes with the first start of its services")
GUARD("pools-lost", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, pools_lost),
	.sentence = "a full rename forgets which pool a row is in",
	.hint = "leave --full-rename out")
GUARD("volume-has-owner", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, volume_has_owner),
	.sentence = "a backend has the volume: without its row the image would stay on the storage for ever")
GUARD("volume-in-use", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, volume_in_use),
	.sentence = "the volume is attached or has snapshots",
	.hint = "detach it, delete its snapshots")

/* the way back */
GUARD("undo-reopens-evacuation", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_UNDOES, undo_reopens_evacuation),
	.sentence = "a closed evacuation would be open again: a returning host destroys what it has of the instance, and a "
		"conductor may take it up",
	.hint = "leave it closed and evacuate the instance anew; --exclude takes back the rest")
GUARD("in-use-elsewhere", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, in_use_elsewhere),
	.sentence = "an instance that was evacuated uses the volume on its new host: its owner would be the host that the "
		"instance left")
GUARD("not-undoable", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_UNDOES, not_undoable),
	.sentence = "an evacuation that was handed to nova cannot be undone",
	.hint = "a migration away from there is a new move, by nova's own means")
GUARD("forced-down-stays", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_UNDOES, forced_down_stays),
	.sentence = "the host is enabled again, and nova-compute stays forced down while evacuations away from it are not "
		"cleaned up")

/* good to know before */
GUARD("service-referenced", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, service_referenced),
	.sentence = "rows still name the service: 'cinder-manage db purge' would fail on them")
GUARD("group-volumes-stay", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, group_volumes_stay),
	.sentence = "volumes stay on the old backend: cinder serves a group only beside its members",
	.hint = "volume update_host moves both")
GUARD("cell-not-checked", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cell_not_checked),
	.sentence = "another cell's database could not be asked: what it knows of the host, its instances and its services is "
		"not in this picture",
	.hint = "the failed host's own cell answers, and the run needs no other")
GUARD("nova-not-checked", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_MOVES_ALONE, nova_not_checked) LOOK(WHEN_GIVES_BACK, guests_unknown),
	.sentence = "nova's database was not asked, which is a witness of a move in cinder: what it knows of the host and its "
		"instances is not in this picture",
	.hint = "make sure of it by hand, or name nova's configuration (--nova-config-file)")
GUARD("host-alias", SEVERITY_WARN, ACCEPT_NOTHING,
	LOOK(WHEN_EVACUATES_ALONE, host_alias) LOOK(WHEN_MOVES | WHEN_GIVES_BACK, twin_stays),
	.sentence = "another name is the failed host's up to the first dot, its short name or its FQDN: what it owns stays "
		"where it is")
GUARD("service-record-missing", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, service_record_missing),
	.sentence = "nova has no nova-compute record of the failed host any more, only instances that name it: no heartbeat "
		"could tell that it is alive",
	.hint = "make sure of the power; what nova's conductor does needs no record of the failed host")
GUARD("consumer-still-connected", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, consumer_still_connected),
	.sentence = "somebody still reads a queue of the failed host's own although its heartbeat is stale",
	.hint = "make sure of the power; the broker drops a dead connection after its heartbeat")
GUARD("casts-waiting", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, casts_waiting),
	.sentence = "work that was asked of the dead services waits in their queues: the new owner never sees it, the old one "
		"begins it when it comes back")
GUARD("backend-silent", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_MOVES_ALONE | WHEN_GIVES_BACK, backend_silent),
	.sentence = "the backend does not report while its node does: its service is gone, or hangs and may still work on the "
		"volumes",
	.hint = "make sure on that node that it does not run")
GUARD("release-unclear", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, release_unclear),
	.sentence = "conductors of several releases are alive, or of one that is not known")
GUARD("transitional", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, transitional),
	.sentence = "rows in the middle of something move with the rest; it will not be finished")
GUARD("delete-pending", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, delete_pending),
	.sentence = "a volume was asked to be deleted while its owner was dead: it stays 'deleting'")
GUARD("snapshot-in-flight", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, snapshot_in_flight),
	.sentence = "a snapshot was being made or deleted: nobody will finish it")
GUARD("backup-elsewhere", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, backup_elsewhere),
	.sentence = "another node is making or restoring a backup of a volume that moves",
	.hint = "wait until it has ended, or see how it ends")
GUARD("local-attachment", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, local_attachment),
	.sentence = "the dead node had attached a volume for a backup or an image: nobody will detach it",
	.hint = "openstack --os-volume-api-version 3.27 volume attachment delete ID")
GUARD("stray-attachment", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, stray_attachment),
	.sentence = "a failed evacuation has left a reserved attachment: the volume cannot be deleted while it is there")
GUARD("clock-ahead", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_MOVES | WHEN_GIVES_BACK, clock_ahead),
	.sentence = "a heartbeat lies in the future: that host's clock is wrong, and it counts as alive",
	.hint = "set its clock")
GUARD("az-differs", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, az_differs),
	.sentence = "the new owner is in another availability zone",
	.hint = "if the volumes shall be in it too: --follow-zone (nova compares the zones of instance and volume where "
		"cross_az_attach is off)")
GUARD("cluster-dead", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cluster_dead),
	.sentence = "rows belong to an active-active cluster of which no member reports: a dead owner, whose rows move with "
		"the rest",
	.hint = "what is said of the failed host must be true of every member: off, or without a way to the storage")
GUARD("pool-unseen", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, pool_unseen),
	.sentence = "nothing lives in that pool of the new owner yet: it may not have it (an extend would then do nothing)",
	.hint = "compare the two services' cinder.conf; if the pool has another name there, --pool-map says so")
GUARD("other-backends-remain", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, other_backends_remain),
	.sentence = "other backends of the failed host still own volumes")
GUARD("backups-remain", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_MOVES_ALONE, backups_remain),
	.sentence = "the failed host also owns backups, which this command does not move")
GUARD("backend-name-differs", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, backend_name_differs),
	.sentence = "the two backends have different names",
	.hint = "make sure that they are the same storage: compare the two services' cinder.conf")
GUARD("cinder-credentials-unknown", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cinder_credentials_unknown),
	.sentence = "nobody can see from here whether the computes have [cinder] credentials: one volume-backed instance goes "
		"first, alone",
	.of_request = true)
GUARD("volume-unknown", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, volume_unknown),
	.sentence = "an instance's volume is not known to cinder: its attachment is not checked")
GUARD("allocation-unexplained", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, allocation_unexplained),
	.sentence = "placement holds room for an instance on a host that no evacuation explains: it is lost, and nova cannot "
		"force a target for the instance")
GUARD("capacity-unknown", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, capacity_unknown),
	.sentence = "what fits was reckoned without placement's books: the scheduler has the last word",
	.hint = "--placement-config-file names placement's configuration; --limit and --only take a part first",
	.of_request = true)
GUARD("unchecked-resources", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, unchecked_resources),
	.sentence = "an instance asks for something that is not looked at here (PCI devices, NUMA cells, huge pages; without "
		"placement's books resource classes and traits, too): whether a host has it only the scheduler and "
		"nova-compute know",
	.hint = "make sure that a host has it; placement's books (--placement-config-file) tell of classes and traits")
GUARD("journal-volatile", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, journal_volatile),
	.sentence = "the journal is kept where a power cut or a lost network takes it along: nobody could then tell what this "
		"run did, or undo it",
	.hint = "--state-dir DIR on a local disk",
	.of_request = true)
GUARD("config-readable", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, config_readable),
	.sentence = "a configuration file with passwords may be read by everybody",
	.of_request = true)

GUARD("host-resolved", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, host_resolved),
	.sentence = "the name is a hypervisor's: its service's host is meant")
GUARD("nova-api-answers", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, nova_api_answers),
	.sentence = "nova-api answers: its own evacuate is open, too",
	.hint = "openstack server evacuate")
GUARD("server-group-gone", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, server_group_gone),
	.sentence = "the server group that the instance was booted into is gone or was left: its rule no longer holds, and "
		"the group is left out of the request")
GUARD("similar-names", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, similar_names),
	.sentence = "other hosts have names that the database's own comparison, or a LIKE, would take for this one; they are "
		"left alone")
GUARD("cluster-serves", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cluster_serves),
	.sentence = "rows belong to an active-active cluster with a live member: it serves them, and they stay where they are",
	.hint = "'evac-manage cluster list' shows its members")
GUARD("shared-backend-host", SEVERITY_NOTE, ACCEPT_NOTHING,
	LOOK(WHEN_RESCUES, shared_backend_host) LOOK(WHEN_MOVES_ALONE, moves_shared_backend_host),
	.sentence = "no volume is owned by the node: cinder-volume runs under a name of its own (backend_host), nothing has "
		"to move")
GUARD("evacuations-not-cleaned-up", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS & ~WHEN_CLOSES, evacuations_not_cleaned_up),
	.sentence = "evacuations away from the host that it has not cleaned up: when it returns, its nova-compute destroys "
		"what it has of them")
GUARD("expected-state", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, expected_state),
	.sentence = "an instance in ERROR comes out ACTIVE: nova starts it")

/* last: about the others */
GUARD("accept-unused", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, accept_unused),
	.sentence = "an --accept has changed nothing: no finding of this run takes it")
