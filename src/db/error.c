/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/secret.h"

/* Such a plugin's error is often about another name: the library forgets the server's. */
#define OTHER_PLUGIN \
	N_("the account's authentication plugin is not supported, only mysql_native_password, ed25519, caching_sha2_password and sha256_password are: name another account with --defaults-file")

/* Client numbers from 2000 (errmsg.h), server numbers from 1000 (mysqld_error.h). */
static const struct {
	unsigned number;
	enum error_kind kind;
	const char *hint; /* NULL: nothing better than the message */
} known[] = {
	{ 1040, ERROR_DB_UNREACHABLE, N_("the server has no free connection") },
	{ 1203, ERROR_DB_UNREACHABLE, N_("the account has no free connection") },
	{ 1226, ERROR_DB_UNREACHABLE, N_("the account has used up its limits") },
	{ 1044, ERROR_DB_UNREACHABLE, N_("the account has no right to this database: check the connection URL") },
	{ 1045, ERROR_DB_UNREACHABLE, N_("check user and password of the connection URL") },
	{ 1049, ERROR_DB_UNREACHABLE, N_("check the database's name in the connection URL") },
	{ 1129, ERROR_DB_UNREACHABLE, N_("the server blocks this host after too many failed connections (FLUSH HOSTS)") },
	{ 1130, ERROR_DB_UNREACHABLE, N_("the server admits no connection from this host") },
	{ 1251, ERROR_DB_UNREACHABLE, OTHER_PLUGIN },
	{ 2059, ERROR_DB_UNREACHABLE, OTHER_PLUGIN },
	{ 2061, ERROR_DB_UNREACHABLE, OTHER_PLUGIN },
	{ 5010, ERROR_DB_UNREACHABLE, OTHER_PLUGIN }, /* CR_PLUGIN_NOT_ALLOWED */
	{ 3159, ERROR_DB_UNREACHABLE,
	    N_("the server takes encrypted connections only, and the URL does not ask for TLS: name a CA there (ssl_ca=FILE), or in the --defaults-file (ssl-ca = FILE)") },
	{ 1698, ERROR_DB_UNREACHABLE, N_("check user and password of the connection URL") },
	{ 2002, ERROR_DB_UNREACHABLE, N_("check that the server runs, and check host and port of the connection URL") },
	{ 2003, ERROR_DB_UNREACHABLE, N_("check that the server runs, and check host and port of the connection URL") },
	{ 2004, ERROR_DB_UNREACHABLE, N_("check the bind_address of the connection URL: it must be an address of this host") },
	{ 5001, ERROR_DB_UNREACHABLE, N_("check the bind_address of the connection URL: it must be an address of this host") },
	{ 2005, ERROR_DB_UNREACHABLE, N_("the host's name cannot be resolved") },
	{ 2006, ERROR_DB_UNREACHABLE, N_("the server closed the connection") },
	{ 2013, ERROR_DB_UNREACHABLE, N_("the connection ended: check that the server runs") },
	{ 2014, ERROR_DB_UNREACHABLE, N_("client and server are out of sync: run the same command again") },
	{ 2027, ERROR_DB_UNREACHABLE, N_("the answer is not that of a database server: check for a proxy in between") },
	{ 5013, ERROR_DB_UNREACHABLE, N_("the connection ended: check that the server runs") }, /* CR_ERR_NET_READ */
	{ 5014, ERROR_DB_UNREACHABLE, N_("the connection ended: check that the server runs") }, /* CR_ERR_NET_WRITE */
	{ 2026, ERROR_DB_UNREACHABLE, N_("TLS: check the CA, the name in the certificate, and that the server has TLS on") },
	{ 1047, ERROR_DB_UNREACHABLE, N_("this Galera node is not in the primary component: use another one") },
	{ 1053, ERROR_DB_UNREACHABLE, N_("the server is shutting down") },
	{ 1927, ERROR_DB_UNREACHABLE, N_("the connection was killed on the server (KILL)") },
	{ 1969, ERROR_TIMEOUT, N_("the statement exceeded its time limit") },
	{ 3024, ERROR_TIMEOUT, N_("the statement exceeded its time limit") },
	{ 1317, ERROR_ERROR, N_("the statement was killed on the server (KILL)") },
	{ 1142, ERROR_REFUSED, N_("the account lacks a right on this table") },
	{ 1143, ERROR_REFUSED, N_("the account lacks a right on this column") },
	{ 1227, ERROR_REFUSED, N_("the account lacks a right") },
	{ 1370, ERROR_REFUSED, N_("the account lacks a right") },
	{ 1290, ERROR_REFUSED, N_("the server is read only: connect to the server that accepts writes") },
	{ 1792, ERROR_REFUSED, N_("the server is read only: connect to the server that accepts writes") },
	{ 1874, ERROR_REFUSED,
	    N_("InnoDB is read only there (innodb_read_only, innodb_force_recovery): connect to the server that accepts writes") },
	{ 1881, ERROR_REFUSED,
	    N_("InnoDB is read only there (innodb_read_only, innodb_force_recovery): connect to the server that accepts writes") },
	{ 1665, ERROR_REFUSED,
	    N_("the server writes its binary log as statements, which READ COMMITTED does not allow: set binlog_format = ROW on the server") },
	{ 3032, ERROR_DB_UNREACHABLE, N_("the server is in offline mode (offline_mode)") },
	{ 1836, ERROR_REFUSED, N_("the server is read only: connect to the server that accepts writes") },
	{ 1205, ERROR_BUSY,
	    N_("another session holds the rows: SHOW PROCESSLIST lists the sessions; then run the same command again") },
	{ 1213, ERROR_BUSY, N_("another session wrote the same rows at the same time: run the same command again") },
	{ 3098, ERROR_REFUSED, N_("group replication takes no write to this table: it needs a primary key and InnoDB") },
	{ 3100, ERROR_REFUSED,
	    N_("the member of the group did not send the transaction: it is larger than group_replication_transaction_size_limit, or "
	       "group replication is stopping; the server's error log says which") },
	{ 3101, ERROR_BUSY, N_("another member wrote the same rows at the same time: run the same command again") },
	{ 3231, ERROR_REFUSED,
	    N_("the transaction is larger than group_replication_transaction_size_limit: move one backend or pool at a time, or raise the limit") },
	{ 1267, ERROR_ERROR, N_("columns of this schema have different collations: report the statement's name") },
	{ 1271, ERROR_ERROR, N_("columns of this schema have different collations: report the statement's name") },
	{ 1054, ERROR_ERROR, N_("this schema lacks a table or column that the statement needs") },
	{ 1146, ERROR_ERROR, N_("this schema lacks a table or column that the statement needs") },
};
#define KNOWN (sizeof known / sizeof *known)

static size_t find_known(unsigned number)
{
	size_t i = 0;

	while (i < KNOWN && known[i].number != number)
		i++;
	return i;
}

/* A commit has failed for sure only when the server says that it rolled back, or did not begin; whatever else comes, and a
 * connection that ends above all, leaves open what became of it.
 * 1213: a deadlock, a certification that was lost (Galera: tests/galera).
 * 1205: a backup holds all commits back (FLUSH TABLES WITH READ LOCK, BACKUP STAGE BLOCK_COMMIT) for longer than
 * lock_wait_timeout; 1290: the server became read only within the transaction, as a failover begins. Both measured on MariaDB
 * 10.11 and MySQL 9.7.
 * 1047: this Galera node is not ready, and the COMMIT is not looked at (by what others do with it, not measured).
 * 3100, 3101: group replication's hook says no. From a member that leaves its group at that moment they mean nothing: measured
 * with two members, 3100 came from the one that gave up, and the other one had the transaction. db_commit() asks it.
 * 1180 and 1317 say less than they seem to: the engine, or Galera's provider, may have gone on. */
static const unsigned rolled_back[] = { 1047, 1205, 1213, 1290, 3100, 3101 };

static bool is_rolled_back(unsigned number)
{
	for (size_t i = 0; i < sizeof rolled_back / sizeof *rolled_back; i++)
		if (rolled_back[i] == number)
			return true;
	return false;
}

enum error_kind db_classify(enum db_phase phase, unsigned number)
{
	size_t i = find_known(number);

	if (phase == PHASE_COMMIT && !is_rolled_back(number))
		return ERROR_UNKNOWN;
	if (i < KNOWN)
		return known[i].kind;
	return phase == PHASE_CONNECT ? ERROR_DB_UNREACHABLE : ERROR_ERROR;
}

static const char *what_failed(enum db_phase phase, unsigned number)
{
	static const char *const text[] = { N_("cannot connect to"), N_("cannot read"), N_("cannot write to"),
		N_("no answer to the commit from") };

	if (phase == PHASE_COMMIT && db_classify(phase, number) != ERROR_UNKNOWN)
		return N_("the commit was rolled back by");
	return text[phase];
}

int db_fail(struct db *db, enum db_phase phase, unsigned number, const char *message, const char *name, struct error *err)
{
	auto_str struct str said = { 0 };
	size_t i = find_known(number);

	db->doomed = true;
	if (db_fail_late(db, phase, name, err) != 0)
		return -1;
	str_add_foreign(&said, message);
	error_set(err, db_classify(phase, number), "%s %s (%s): %s (%u)%s%s", _(what_failed(phase, number)), db->label,
	    db->where, said.s, number, name ? " in " : "", str_or(name, ""));
	err->code = (int)number;
	if (phase == PHASE_COMMIT && err->kind == ERROR_UNKNOWN)
		return error_hint(err,
		    "the change may or may not have happened; compare the rows with the journal before you repeat it");
	return i < KNOWN && known[i].hint ? error_hint(err, "%s", _(known[i].hint)) : -1;
}
