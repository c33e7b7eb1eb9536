/* SPDX-License-Identifier: Apache-2.0 */
/* The guards, a row a code, in the order in which findings are said and fixed. It is included where GUARD and LOOK say what
 * becomes of a row: internal.h declares the functions, table.c makes the table.
 *
 *	GUARD(code, severity, accept, LOOK(when, name) …, .sentence = …, .hint = …)
 *
 * when: the runs in which guard_NAME() is asked (enum guard_when). Where one code is looked for in several ways each has its
 * LOOK, and those that fit the run are asked in this order. LATER instead: a run finds it while it goes on, before a wave, and
 * none is stopped by it before. What follows are members of struct guard. */

/* clang-format off */
/* left out of a run; first, as others look only at what is left */
GUARD("not-evacuable", SEVERITY_SKIP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, not_evacuable),
	.sentence = N_("nova does not evacuate an instance in this state"),
	.hint = N_("repair it with nova's own commands once nova-api is back"))
GUARD("task-state", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, task_state),
	.sentence = N_("the instance has a task state; only later point releases of this nova evacuate it all the same"),
	.hint = N_("evacuate it with nova-api once that is back"),
	.offer = N_("if every nova service has that point release or a later one"))
GUARD("old-cpu-pinning", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, old_cpu_pinning),
	.sentence = N_("the instance was pinned to CPUs before Victoria; a nova without the fix of bug 1952941 cannot place "
		"it and leaves it in ERROR"),
	.hint = N_("restart its host, or upgrade nova"),
	.offer = N_("if this point release has the fix"))
GUARD("octavia", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, octavia),
	.sentence = N_("the instance is a load balancer of octavia, and octavia replaces it by itself"))
GUARD("ha-says-no", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, ha_says_no),
	.sentence = N_("its metadata, its flavor or its image says that the instance is not to be evacuated (HA_Enabled, evacuable), and "
		"[order] respect_ha_tags obeys that"),
	.offer = N_("if it is to be evacuated all the same"))
GUARD("needs-token", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, needs_token),
	.sentence = N_("nova asks for something in the caller's name (an image or a kernel of glance, a key in barbican, a "
		"device of cyborg), and no token is given, or none that can be used; the instance would end in ERROR. --accept takes "
		"a key or a kernel, never an image or a device: only a new host that has the image in its cache (nova 19 and "
		"later) needs no token for it"),
	.hint = N_("give the evacuation a token with --os-token-file FILE or $OS_TOKEN, or --os-token-from nova-conf for nova's own"),
	.offer = N_("if nova needs none for it (a key manager with credentials of its own, a kernel on shared storage)"))
GUARD("local-disk", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, local_disk),
	.sentence = N_("the instance has disks that nova made (the root of an image, ephemeral, swap); they may be on the "
		"dead host's own disk, and nova would create them again, empty"),
	.hint = N_("if the host's instance disks are shared, name it in [site] shared_disks (true: those of all hosts are)"),
	.offer = N_("if the disk of this instance is shared, or may become empty"))
GUARD("release-deletes-disks", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, release_deletes_disks),
	.sentence = N_("in this release of nova a failed spawn on the new host deletes disks on shared storage (bug 1550919); only "
		"instances with disks that nova made are left out"),
	.hint = N_("make snapshots first, or upgrade nova; a point release without the bug is said with [site] nova_release; with "
		"vif_plugging_is_fatal = false on the computes a spawn does not fail when neutron sends no event"))
GUARD("cinder-api-down", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, cinder_api_down),
	.sentence = N_("cinder-api does not answer and the instance has volumes; nova would leave it in ERROR, or wait without end"),
	.hint = N_("start cinder-api, then run the same command again"),
	.offer = N_("if the computes reach cinder-api"))
GUARD("guest-may-still-run", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, guest_may_still_run),
	.sentence = N_("an earlier evacuation failed on a compute where the instance's guest may still run; evacuated to a "
		"third host it would run twice"),
	.offer = N_("if the guest is gone, or was never there"))
GUARD("no-capacity", SEVERITY_SKIP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, no_capacity),
	.sentence = N_("no host has the vCPU, memory or disk, or none that has them passes the filters; nova would leave the "
		"instance in ERROR"), .of_all = true)

/* the failed host */
GUARD("guest-alive", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, guest_alive),
	.sentence = N_("an evacuation of one of its instances failed because the guest still held its disk: the host was not off. On "
		"shared files qemu refuses such a disk; on block devices and in Ceph nothing does, and two guests would write to it"),
	.hint = N_("power the host off; where it was off already and the disk is on NFS, its server keeps the locks of a dead host "
		"for its lease (90 s by default): wait 2 minutes"),
	.offer = N_("if the host was powered off after that"), .offer_for_all = true)
GUARD("source-alive", SEVERITY_STOP, ACCEPT_FENCED_MOVE,
	LOOK(WHEN_EVACUATES, host_alive) LOOK(WHEN_MOVES_ALONE, backend_alive) LOOK(WHEN_UNDOES, owner_at_work),
	.sentence = N_("a service of the failed host still reports"),
	.hint = N_("power the host off and wait until it no longer reports"),
	.offer = N_("for a planned move"), .offer_for_all = true, .of_life = true)
GUARD("fencing-unconfirmed", SEVERITY_STOP, ACCEPT_CODE,
	LOOK(WHEN_EVACUATES_ALONE, host_unfenced) LOOK(WHEN_RESCUES, rescue_unfenced) LOOK(WHEN_MOVES_ALONE, backend_unfenced),
	.sentence = N_("the power-off of the host is not confirmed: a host without a heartbeat may still write to its disks"),
	.hint = N_("power the host off; then say who did it and how it is known: --fenced"),
	.of_request = true)
GUARD("fence-agent-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS & ~WHEN_UNDOES, fence_agent_missing),
	.sentence = N_("--fence power was asked for, and no fence agent can switch this host off"),
	.hint = N_("configure one in [fencing] of evac-manage.conf, or power the host off by hand and leave out --fence power"),
	.of_request = true)
GUARD("fence-shared", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS & ~WHEN_UNDOES, fence_shared),
	.sentence = N_("--fence power was asked for, and the options of the host's fence agent are another host's, too: one machine would be "
		"switched off, and which of them is not known. Nor does its status prove anything: it is not asked"),
	.hint = N_("name the host in [fencing]: ip={bmc} with bmc = {short}-bmc.example.org, or a group [fencing HOST] each"),
	.of_request = true)
GUARD("fence-live-host", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES | WHEN_MOVES_ALONE, fence_live_host),
	.sentence = N_("--fence was asked for, and a service of the host reports: its instances run"),
	.hint = N_("leave out --fence; a host that has to be switched off although it reports is switched off by hand"),
	.of_request = true)
GUARD("fence-storage-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS & ~WHEN_UNDOES, fence_storage_missing),
	.sentence = N_("--fence storage was asked for, and there is no disk on Ceph that old guests could be kept off"),
	.hint = N_("leave out --fence storage and power the host off"),
	.of_request = true)
GUARD("fence-caps-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, fence_caps_missing),
	.sentence = N_("--fence storage was asked for, and the user of Ceph who would do it may not, or could not be asked: it needs "
		"mon 'allow r, allow command \"osd blocklist\"', or mon 'profile rbd', which can take no entry away again"),
	.hint = N_("'evac-manage doctor' shows what is missing; fence_user and keyring of [storage] say who does it"),
	.of_request = true)
GUARD("fence-impossible", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, fence_impossible),
	.sentence = N_("--fence storage was asked for, and the client that has a disk open cannot be told from others, so that it "
		"cannot be kept out and nobody else be hit"),
	.hint = N_("power the host off, or leave the instance out"),
	.of_request = true)
GUARD("fence-whole-host", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, fence_whole_host),
	.sentence = N_("--fence storage was asked for, and no client of a disk is known: it was opened and not written to since, and "
		"its watch is over. Only all clients of the host's address can be kept out, until 'host return' takes that away"),
	.hint = N_("power the host off, or leave the instance out"),
	.offer = N_("to keep out every client of the host, later ones too"), .offer_for_all = true,
	.of_request = true)
GUARD("fence-leaves-disks", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, fence_leaves_disks),
	.sentence = N_("--fence storage was asked for, and an instance has disks that are not on Ceph: its old guest can still write "
		"to them"),
	.hint = N_("power the host off, or leave the instance out"),
	.offer = N_("if no new guest opens those disks: they are the old host's own"),
	.of_request = true)
GUARD("fence-gone", SEVERITY_STOP, ACCEPT_NOTHING, LATER,
	.sentence = N_("a client of Ceph that --fence storage keeps out is not on the blocklist any more, its entry ends too soon, or it has "
		"a disk open again: a guest that was frozen could write to its disk beside the new one. Looked for before each message; "
		"the run begins nothing more"),
	.hint = N_("find out who changed the blocklist; the same command again keeps the client out anew"),
	.of_request = true)
GUARD("disk-watched", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, disk_watched),
	.sentence = N_("a disk is held open on Ceph from the failed host, or by the owner of its lock, and still is 35 s later, "
		"which no dead client's is: a guest is alive there, and a second one would write to the same disk"),
	.hint = N_("power the host off and wait half a minute, then run the same command again"), .of_life = true)
GUARD("lock-breakers-missing", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, lock_breakers_missing),
	.sentence = N_("a dead client's lock stands on a disk, and the user who opens it on the new host may not break it: the "
		"guest would boot and every write of it would be refused, while nova says ACTIVE"))
GUARD("source-node-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, source_node_missing),
	.sentence = N_("--force was given and the failed host has no compute node record; the conductor copies its "
		"allocations and would fail"),
	.hint = N_("leave out --force: the scheduler needs no record of the failed host"))
GUARD("mass-failure", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, mass_failure),
	.sentence = N_("more than half of at least four compute services are down; a fault of the network, the database or "
		"the broker is more likely than so many dead hosts"),
	.hint = N_("check the control plane first: 'evac-manage doctor'"),
	.offer = N_("if the hosts really are down"), .offer_for_all = true, .of_all = true)
GUARD("database-not-writable", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, database_not_writable),
	.sentence = N_("the database that this run writes to takes no writes: it is read only, a member of a cluster that is "
		"not ready, or writes its binary log as statements (binlog_format)"),
	.hint = N_("'evac-manage doctor' shows each database; use a server that accepts writes"))
GUARD("site-version", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, site_version),
	.sentence = N_("the site's version is below the minimum in its configuration"),
	.hint = N_("see [site] version and min_version in evac-manage's configuration"))

/* the new owner, the new host */
GUARD("target-is-source", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, target_is_source),
	.sentence = N_("the new host is the failed host"),
	.hint = N_("name another host"),
	.of_request = true)
GUARD("target-service-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, target_service_missing),
	.sentence = N_("the new owner has no registered service"),
	.hint = N_("'evac-manage service list' shows the services"),
	.of_request = true)
GUARD("no-counterpart", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, no_counterpart),
	.sentence = N_("the failed host has a backend that the new owner lacks"),
	.hint = N_("move it by itself, with volume update_host or backup update_backup_host; 'evac-manage service list' "
		"shows the services"),
	.of_request = true)
GUARD("target-down", SEVERITY_STOP, ACCEPT_CODE,
	LOOK(WHEN_ALWAYS, cluster_down)
	LOOK(WHEN_ALWAYS & ~WHEN_UNDOES, new_owner_down)
	LOOK(WHEN_UNDOES, old_owner_down)
	LOOK(WHEN_EVACUATES, target_host_down),
	.sentence = N_("the new owner or host does not report"),
	.hint = N_("'evac-manage service list' shows which services are up"),
	.of_request = true)
GUARD("target-disabled", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, target_disabled),
	.sentence = N_("the new owner or host is disabled"),
	.hint = N_("enable it, or name another"),
	.of_request = true)
GUARD("target-frozen", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, target_frozen),
	.sentence = N_("the new owner's backend is frozen and would refuse every change"),
	.hint = N_("thaw it, or name another"),
	.of_request = true)
GUARD("target-other-cell", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, target_other_cell),
	.sentence = N_("the target host is in another cell"),
	.hint = N_("name a host of the same cell"),
	.of_request = true)
GUARD("target-node-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, target_node_missing),
	.sentence = N_("the target host has no compute node, or is not mapped to its cell"),
	.hint = N_("start its nova-compute and check its log, or name another host"),
	.of_request = true)
GUARD("witnesses-share-a-wire", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, witnesses_share_a_wire),
	.sentence = N_("all witnesses of the failed host's death came through the message broker: nova-compute's heartbeat is a message to a "
		"conductor, its consumers are connections to the broker; a host that has lost the broker alone looks the same"),
	.hint = N_("look at the host itself, or at its BMC, before it counts as dead"))
GUARD("power-unknown", SEVERITY_WARN, ACCEPT_NOTHING,
	LOOK(WHEN_EVACUATES | WHEN_MOVES_ALONE, power_unknown),
	.sentence = N_("the fence agent of the failed host gave no answer: its BMC may be without power or network, as the host is. "
		"That is neither on nor off"),
	.hint = N_("look at the host's BMC by hand; 'evac-manage config show' shows [fencing]"))
GUARD("looks-swapped", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, looks_swapped),
	.sentence = N_("the failed host reports and the new one does not; the two names may be swapped"))
GUARD("duplicate-services", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, duplicate_services),
	.sentence = N_("cinder has two service rows for the new owner; it is not known which one will report later"))
GUARD("target-failed-over", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, target_failed_over),
	.sentence = N_("the two backends are on different sides of a replication"),
	.hint = N_("use cinder failover-host, or name another new owner"),
	.of_request = true)
GUARD("target-state-unsupported", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, target_state_unsupported),
	.sentence = N_("a conductor or a compute is older than 2023.1 and cannot leave an instance stopped; nova would lose "
		"the message"),
	.hint = N_("leave out --target-state: an active instance will be active, a stopped one stopped"),
	.of_request = true)
GUARD("scheduler-missing", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, scheduler_missing),
	.sentence = N_("nova-scheduler does not read its queue; a request would wait there until its conductor gives up, and "
		"a scheduler that starts later would claim room for it in placement"))
GUARD("no-consumer", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, no_consumer),
	.sentence = N_("no nova-conductor reads its queue; a message would wait there and run later, unwatched"),
	.hint = N_("start nova-conductor; 'evac-manage doctor' shows the queue"),
	.of_request = true)
GUARD("service-needed-down", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, service_needed_down),
	.sentence = N_("a service that every instance of this run needs does not answer (placement, neutron-server, keystone; "
		"cinder-api where all of them have volumes); nova would leave them in ERROR, or stuck in 'rebuilding'"),
	.hint = N_("start the service, then run the same command again; 'evac-manage doctor' looks at all services"),
	.offer = N_("if the conductor and the computes reach it, or keystone alone is down and their tokens are valid"),
	.of_request = true)
GUARD("target-agent-down", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, target_agent_down),
	.sentence = N_("no host that could take an instance with ports has a live neutron agent to plug them in; nova would "
		"wait for the ports, then leave the instance in ERROR"),
	.hint = N_("start the neutron agent of the host, or name another host"),
	.offer = N_("if the ports of that host need no agent"),
	.of_request = true)
GUARD("service-token-missing", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, service_token_missing),
	.sentence = N_("nova.conf does not turn on service tokens; a cinder with the fix of OSSA-2023-003 then refuses to detach "
		"volumes: instances end in ERROR, with a stray attachment"),
	.hint = N_("on the computes: [service_user] send_service_user_token = true and its login, then restart nova-compute"),
	.offer = N_("if the nova.conf of the computes has it, or cinder lacks the fix"), .offer_for_all = true,
	.of_request = true)
GUARD("vif-event-undeliverable", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_EVACUATES, vif_event_undeliverable),
	.sentence = N_("a nova-compute starts the instance when it is told that its ports are plugged, and ends it in ERROR "
		"when nobody tells it within vif_plugging_timeout; neither neutron, through nova-api, nor this run can"),
	.hint = N_("bring nova-api back, or give neutron's configuration: --neutron-config-file; set [site] "
		"computes_wait_for_ports = false if no nova-compute waits"),
	.offer = N_("if the destinations have vif_plugging_timeout = 0 and vif_plugging_is_fatal = false"), .offer_for_all = true)

/* what moves */
GUARD("clustered", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, clustered),
	.sentence = N_("the new owner is a member of an active-active cluster; the command must say whether the cluster "
		"becomes the owner"))
GUARD("in-flight", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, in_flight),
	.sentence = N_("a volume migration, or a migration or evacuation of an instance, is already under way"),
	.hint = N_("wait until it has ended, or make sure that no service works on it any more"))
GUARD("stale-accepted", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, stale_accepted),
	.sentence = N_("an older migration of the instance is still 'accepted'; a conductor takes the first one that it finds"))
GUARD("unit-too-large", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, unit_too_large),
	.sentence = N_("the transaction is too large for the database cluster (wsrep_max_ws_rows, wsrep_max_ws_size, "
		"group_replication_transaction_size_limit)"),
	.hint = N_("move one backend or pool at a time, or raise the limit"), .of_all = true)
GUARD("volume-owner-dead", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, volume_owner_dead),
	.sentence = N_("the backend that owns a volume of the instance is dead; nova would call it for minutes, then leave "
		"the instance in ERROR and a stray attachment"),
	.hint = N_("host rescue moves the failed host's volumes first, under another name that cinder has for it with --cinder-host NAME; or move them with volume update_host, a backend each"))

GUARD("migration-not-closable", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_CLOSES, migration_not_closable),
	.sentence = N_("only an evacuation that has not ended can be closed; a 'done' one keeps a returning host from "
		"running the instance twice"),
	.hint = N_("'evac-manage migration list' explains each migration"))
GUARD("done-not-completed", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_CLOSES, done_not_completed),
	.sentence = N_("nova 17 completes a 'done' evacuation only where the hypervisor still has the guest when nova-compute starts; "
		"completed by us, it protects no longer from a guest that is there all the same"))
GUARD("migration-in-progress", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_CLOSES, migration_in_progress),
	.sentence = N_("a message, a conductor or a compute may still work on this evacuation"),
	.hint = N_("wait; 'evac-manage migration list' says of each when to look again"))
GUARD("service-restart-needed", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_CLOSES, service_restart_needed),
	.sentence = N_("a conductor or a compute has begun this evacuation and not ended it; its HTTP calls have no "
		"time-out, and only a restart makes it drop the evacuation"))
GUARD("conductor-may-be-frozen", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_CLOSES, conductor_may_be_frozen),
	.sentence = N_("a conductor that was frozen after it had taken the message has written nothing of it; it would go on with an evacuation "
		"that is closed"),
	.hint = N_("first restart each nova-conductor that does not answer: that drops what it holds"))

/* one service, cluster or volume */
GUARD("schema-unknown", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, schema_unknown),
	.sentence = N_("cinder's tables lack columns that every release since Queens has; nothing is written"),
	.hint = N_("check [database] connection in cinder.conf"))
GUARD("service-alive", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, service_alive),
	.sentence = N_("the service still reports; once removed, it would come back with another uuid at its next heartbeat"),
	.hint = N_("stop the service first"))
GUARD("service-owns", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, service_owns),
	.sentence = N_("the service owns rows, and no other service would serve them"))
GUARD("cluster-has-hosts", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cluster_has_hosts),
	.sentence = N_("services are still members of the cluster"),
	.hint = N_("--recursive removes them too"))
GUARD("cluster-owns", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, cluster_owns),
	.sentence = N_("rows belong to the cluster, and no service would serve them any more"))
GUARD("cluster-unknown", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, cluster_unknown),
	.sentence = N_("no cluster has the new name; no service would serve the rows"),
	.hint = N_("'evac-manage cluster list' shows all clusters; cinder adds a cluster when its first service starts"))
GUARD("pools-lost", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, pools_lost),
	.sentence = N_("a full rename loses the pool of each row"),
	.hint = N_("leave out --full-rename"))
GUARD("volume-has-owner", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, volume_has_owner),
	.sentence = N_("a backend owns the volume; without its row the image would stay on the storage for ever"))
GUARD("volume-in-use", SEVERITY_STOP, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, volume_in_use),
	.sentence = N_("the volume is attached or has snapshots"),
	.hint = N_("detach it and delete its snapshots"))

/* the way back */
GUARD("undo-reopens-evacuation", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_UNDOES, undo_reopens_evacuation),
	.sentence = N_("a closed evacuation would be open again; a returning host would destroy its copy of the instance, "
		"and a conductor may continue the evacuation"),
	.hint = N_("leave it closed and evacuate the instance again; with --exclude only the rest is undone"))
GUARD("in-use-elsewhere", SEVERITY_STOP, ACCEPT_CODE, LOOK(WHEN_ALWAYS, in_use_elsewhere),
	.sentence = N_("an evacuated instance uses the volume on its new host; after the undo the volume would belong to the "
		"host that the instance left"))
GUARD("not-undoable", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_UNDOES, not_undoable),
	.sentence = N_("an evacuation that was sent to nova, or a switch-off, cannot be undone"),
	.hint = N_("to move the instance away again, migrate it with nova's own commands"))
GUARD("forced-down-stays", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_UNDOES, forced_down_stays),
	.sentence = N_("the host is enabled again, but its nova-compute stays forced down while evacuations away from it are "
		"not cleaned up"))

/* good to know before */
GUARD("service-referenced", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, service_referenced),
	.sentence = N_("rows still refer to the service; 'cinder-manage db purge' would fail on them"))
GUARD("group-volumes-stay", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, group_volumes_stay),
	.sentence = N_("volumes stay on the old backend; cinder serves a group only on the backend of its volumes"),
	.hint = N_("volume update_host moves both"))
GUARD("cell-not-checked", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cell_not_checked),
	.sentence = N_("the database of another cell could not be asked; this plan does not show what that cell knows of the "
		"host, its instances and its services"),
	.hint = N_("the failed host's own cell answers, and the run needs no other"))
GUARD("nova-not-checked", SEVERITY_WARN, ACCEPT_NOTHING,
	LOOK(WHEN_MOVES_ALONE, nova_not_checked) LOOK(WHEN_GIVES_BACK, guests_unknown),
	.sentence = N_("nova's database was not asked; this plan does not show what nova knows of the host and its instances"),
	.hint = N_("check it by hand, or name nova's configuration (--nova-config-file)"))
GUARD("host-alias", SEVERITY_WARN, ACCEPT_NOTHING,
	LOOK(WHEN_EVACUATES_ALONE, host_alias) LOOK(WHEN_MOVES | WHEN_GIVES_BACK, twin_stays),
	.sentence = N_("another host name is the short name or the FQDN of the failed host; its rows are not moved"))
GUARD("service-record-missing", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, service_record_missing),
	.sentence = N_("nova has no nova-compute record of the failed host, only instances on it; no heartbeat could show "
		"that the host is alive"),
	.hint = N_("make sure that the host is off; nova-conductor needs no record of it"))
GUARD("service-not-checked", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, service_not_checked),
	.sentence = N_("a service that the instances need was not checked: its address is not known, or its certificate is not "
		"trusted here; if it is down, nova leaves the instances in ERROR"),
	.of_request = true)
GUARD("neutron-agent-down", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, neutron_agent_down),
	.sentence = N_("a host that the scheduler may pick has no live neutron agent; an instance with ports would wait there, "
		"then be left in ERROR"),
	.hint = N_("start the agent, or disable nova-compute on that host until it reports"),
	.of_request = true)
GUARD("messages-stay", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, messages_stay),
	.sentence = N_("the broker is older than RabbitMQ 3.10, or does not say, and nova's queues are quorum queues, or may be: they "
		"keep a message until a service takes it. An evacuation that no nova-conductor takes can begin hours later; "
		"'journal recover' does not call it over, and does not send it again"),
	.hint = N_("where one is left unknown, see 'rabbitmqctl list_queues name messages' before a stopped nova-conductor is started"),
	.of_request = true)
GUARD("scheduler-backlog", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, scheduler_backlog),
	.sentence = N_("messages wait in the scheduler's queue although it has a consumer: nova-scheduler hangs or is "
		"overloaded; requests whose conductor has given up still claim room in placement when it gets to them"),
	.hint = N_("check nova-scheduler's log; restart it if it hangs"),
	.of_request = true)
GUARD("consumer-still-connected", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, consumer_still_connected),
	.sentence = N_("a client still reads a queue of the failed host although its heartbeat is stale"),
	.hint = N_("make sure that the host is off; the broker drops a dead connection after its heartbeat time-out"))
GUARD("casts-waiting", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, casts_waiting),
	.sentence = N_("messages for the dead services wait in their queues; the new owner never gets them, and the old one "
		"runs them when it comes back"))
GUARD("backend-silent", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_MOVES_ALONE | WHEN_GIVES_BACK, backend_silent),
	.sentence = N_("the backend does not report but its node does; its service is gone, or it hangs and may still work "
		"on the volumes"),
	.hint = N_("make sure on that node that the service does not run"))
GUARD("release-unclear", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, release_unclear),
	.sentence = N_("conductors of several releases are alive, or one of an unknown release"))
GUARD("transitional", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, transitional),
	.sentence = N_("rows with a transitional status move with the rest; their operation will not be finished"))
GUARD("delete-pending", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, delete_pending),
	.sentence = N_("a volume was to be deleted while its owner was dead; it stays 'deleting'"))
GUARD("snapshot-in-flight", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, snapshot_in_flight),
	.sentence = N_("a snapshot was being created or deleted; no service will finish it"))
GUARD("backup-elsewhere", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, backup_elsewhere),
	.sentence = N_("another node is making or restoring a backup of a volume that moves"),
	.hint = N_("wait until it has ended, or check how it ends"))
GUARD("local-attachment", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, local_attachment),
	.sentence = N_("the dead node had attached a volume for a backup or an image; no service will detach it"),
	.hint = N_("openstack --os-volume-api-version 3.27 volume attachment delete ID"))
GUARD("stray-attachment", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, stray_attachment),
	.sentence = N_("a failed evacuation left a reserved attachment; the volume cannot be deleted while it is there"))
GUARD("clock-ahead", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_MOVES | WHEN_GIVES_BACK, clock_ahead),
	.sentence = N_("a heartbeat is in the future; the clock of that host is wrong, and the host counts as alive"),
	.hint = N_("correct its clock"))
GUARD("az-differs", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, az_differs),
	.sentence = N_("the new owner is in another availability zone"),
	.hint = N_("--follow-zone moves the volumes into it too (nova compares the zones of instance and volume if "
		"cross_az_attach is off)"))
GUARD("cluster-dead", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cluster_dead),
	.sentence = N_("rows belong to an active-active cluster without a member that reports; the cluster counts as dead, "
		"and its rows move with the rest"),
	.hint = N_("every member of the cluster must be off, or cut off from the storage, as the failed host is"))
GUARD("pool-unseen", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, pool_unseen),
	.sentence = N_("nothing is in that pool of the new owner yet; the pool may not exist there (an extend would then do "
		"nothing)"),
	.hint = N_("compare the cinder.conf of both services; if the pool has another name there, give it with --pool-map"))
GUARD("other-backends-remain", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, other_backends_remain),
	.sentence = N_("other backends of the failed host still own volumes"))
GUARD("backups-remain", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_MOVES_ALONE, backups_remain),
	.sentence = N_("the failed host also owns backups; this command does not move them"))
GUARD("backend-name-differs", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, backend_name_differs),
	.sentence = N_("the two backends have different names"),
	.hint = N_("make sure that they are the same storage: compare the cinder.conf of both services"))
GUARD("cinder-credentials-unknown", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cinder_credentials_unknown),
	.sentence = N_("cannot check [cinder] credentials on the computes; one volume-backed instance goes first as a test"),
	.of_request = true)
GUARD("volume-unknown", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, volume_unknown),
	.sentence = N_("cinder does not know a volume of the instance, or was not asked; its attachment is not checked"),
	.of_doubt = true)
GUARD("allocation-unexplained", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, allocation_unexplained),
	.sentence = N_("placement holds room for an instance on a host, and no evacuation explains it; the room is lost, and "
		"nova cannot force a target for the instance"))
GUARD("token-unchecked", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, token_unchecked),
	.sentence = N_("keystone did not answer: whether the token is valid is not known, and the addresses in the message are "
		"those of nova's configuration"),
	.hint = N_("check that keystone answers: glance and neutron ask it about the token, too"),
	.of_request = true)
GUARD("capacity-unknown", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, capacity_unknown),
	.sentence = N_("the capacity was calculated without placement's records; the scheduler decides"),
	.hint = N_("give placement's configuration with --placement-config-file, or take a part first with --limit or --only"),
	.of_request = true, .of_doubt = true, .of_all = true)
GUARD("capacity-bound", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, capacity_bound),
	.sentence = N_("however the instances of the failed hosts are placed, some fit nowhere: of vCPU, memory or disk the other hosts have "
		"less than they need"),
	.hint = N_("add a host or free some capacity; 'evac-manage host readiness' says how much"),
	.of_request = true, .of_all = true)
GUARD("zone-not-in-placement", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, zone_not_in_placement),
	.sentence = N_("the instance fits only on hosts that placement does not have in the aggregate of its availability zone; a scheduler "
		"that asks placement (nova 24 and later, unless [scheduler] query_placement_for_availability_zone is off) sends it to none of them, "
		"and nova leaves it in ERROR"),
	.hint = N_("nova-manage placement sync_aggregates, then the same command again"),
	.of_doubt = true, .of_all = true)
GUARD("unchecked-resources", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, unchecked_resources),
	.sentence = N_("an instance needs something that is not checked here (PCI devices, NUMA cells, huge pages; without "
		"placement's records also resource classes and traits); only the scheduler and nova-compute know "
		"whether a host has it"),
	.hint = N_("make sure that a host has it; --placement-config-file has resource classes and traits checked"),
	.of_doubt = true)
GUARD("order-unclear", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, order_unclear),
	.sentence = N_("metadata that [order] reads has a value that its key does not take: restart_priority is a number from 1 to 1000, "
		"HA_Enabled and evacuable are yes or no"),
	.hint = N_("nothing, unless the instance is to go earlier or later: its metadata is its project's"))
GUARD("phases-not-kept", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, phases_not_kept),
	.sentence = N_("--no-wait sends all evacuations at once, so that no phase of [order] waits for the one before it"),
	.hint = N_("leave out --no-wait"),
	.of_request = true)
GUARD("journal-volatile", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, journal_volatile),
	.sentence = N_("the journal is on a file system that a power cut or a lost network can take away; this run could "
		"then be neither explained nor undone"),
	.hint = N_("--state-dir DIR on a local disk"),
	.of_request = true)
GUARD("config-readable", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, config_readable),
	.sentence = N_("every local user can read a configuration file with passwords"),
	.of_request = true)

GUARD("lock-breakers-unknown", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, lock_breakers_unknown),
	.sentence = N_("a dead client's lock stands on a disk, and whether the user who opens it on the new host may break it could "
		"not be asked"),
	.hint = N_("that user's caps need mon 'profile rbd'; put its key where this program can read it to have it asked"))
GUARD("disk-watched-elsewhere", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, disk_watched_elsewhere),
	.sentence = N_("a disk is held open on Ceph from another address than the failed host's: a backup, or a guest that is "
		"elsewhere already"))
GUARD("fence-storage-alone", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, fence_storage_alone),
	.sentence = N_("--fence storage reaches disks on Ceph and nothing else: not the host's own disks, not other storage, not the "
		"network of its guests, not its services. A guest that opened a disk, has not written to it since and comes back "
		"after its watch was over is not kept out where an older client of the same host holds the lock"),
	.hint = N_("power the host off as soon as you can"),
	.of_request = true)
GUARD("old-client-expires", SEVERITY_WARN, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, old_client_expires),
	.sentence = N_("an old client is on Ceph's blocklist for less than a day; after that, if its host was frozen and not off, it "
		"writes to the new guest's disk"),
	.hint = N_("make sure that the host is off, not frozen"))
GUARD("disk-unprotected", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, disk_unprotected),
	.sentence = N_("a disk on Ceph has no exclusive-lock: only the power-off protects it from its old guest"))
GUARD("storage-unknown", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, storage_unknown),
	.sentence = N_("Ceph could not be asked who has a disk open; that is not the same as that no client has it open"),
	.hint = N_("'evac-manage doctor' shows what is missing"))
GUARD("host-resolved", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, host_resolved),
	.sentence = N_("the name is a hypervisor's; the host of its nova-compute is used"))
GUARD("nova-api-answers", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, nova_api_answers),
	.sentence = N_("nova-api answers; its own evacuate can be used, too"),
	.hint = N_("openstack server evacuate"))
GUARD("token-used", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_EVACUATES, token_used),
	.sentence = N_("instances go with the token that was given; nova uses it instead of its own login to glance, neutron "
		"and cinder"),
	.of_request = true)
GUARD("server-group-gone", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, server_group_gone),
	.sentence = N_("the server group of the instance is gone, or the instance left it; its rule no longer applies, and "
		"the request leaves the group out"))
GUARD("similar-names", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, similar_names),
	.sentence = N_("other hosts have names that a plain comparison or LIKE in the database would take for this one; they "
		"are not touched"))
GUARD("cluster-serves", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, cluster_serves),
	.sentence = N_("rows belong to an active-active cluster with a live member; it serves them, and they stay where they "
		"are"),
	.hint = N_("'evac-manage cluster list' shows its members"))
GUARD("shared-backend-host", SEVERITY_NOTE, ACCEPT_NOTHING,
	LOOK(WHEN_RESCUES, shared_backend_host) LOOK(WHEN_MOVES_ALONE, moves_shared_backend_host),
	.sentence = N_("no volume is owned by the node: cinder-volume runs under a shared name (backend_host), and nothing "
		"has to move"))
GUARD("evacuations-not-cleaned-up", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS & ~WHEN_CLOSES, evacuations_not_cleaned_up),
	.sentence = N_("the host has not cleaned up evacuations away from it; when it returns, its nova-compute destroys its "
		"copies of those instances"))
GUARD("fence-storage-idle", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS & ~WHEN_UNDOES, fence_storage_idle),
	.sentence = N_("--fence storage has nobody to keep off a disk on Ceph; the host is off, or --fence power switches it off"),
	.of_request = true)
GUARD("expected-state", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, expected_state),
	.sentence = N_("an instance in ERROR will be ACTIVE: nova starts it"))
GUARD("stopped-by-nova", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, stopped_by_nova),
	.sentence = N_("nobody has asked for an instance to be stopped: nova found its guest off, and it stays stopped"),
	.hint = N_("once it is evacuated, if it is to run: openstack server start"))

/* last: about the others */
GUARD("accept-unused", SEVERITY_NOTE, ACCEPT_NOTHING, LOOK(WHEN_ALWAYS, accept_unused),
	.sentence = N_("an --accept had no effect: no finding of this run allows it"), .of_all = true)
