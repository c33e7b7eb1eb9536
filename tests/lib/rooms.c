/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <mysql.h>

#include "sql_catalogue.h"
#include "util/clock.h"

#define PATIENCE_MS 10000

static MYSQL *administrator;

static _Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

const char *setting(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		give_up(name, "is not set: run this by tests/rooms/run");
	return value;
}

unsigned setting_number(const char *name)
{
	return (unsigned)strtoul(setting(name), NULL, 10);
}

size_t step_of_loops(void)
{
	const char *step = getenv("ROOMS_STEP");
	size_t n = step ? strtoul(step, NULL, 10) : 1;

	return n ? n : 1;
}

void wait_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* ---- the administrator */

static void __attribute__((format(printf, 1, 0))) ask(const char *fmt, va_list ap)
{
	char *text;

	if (!administrator) {
		administrator = mysql_init(NULL);
		mysql_optionsv(administrator, MYSQL_SET_CHARSET_NAME, "utf8mb4");
		if (!mysql_real_connect(administrator, setting("SB_DB_HOST"), setting("SB_DB_ADMIN"), setting("SB_DB_ADMIN_PASS"), NULL,
		        setting_number("SB_DB_PORT"), NULL, 0))
			give_up("administrator", mysql_error(administrator));
	}
	if (vasprintf(&text, fmt, ap) < 0)
		give_up("administrator", "no memory");
	if (mysql_real_query(administrator, text, strlen(text)) != 0)
		give_up(text, mysql_error(administrator));
	free(text);
}

void admin(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ask(fmt, ap);
	va_end(ap);
	mysql_free_result(mysql_store_result(administrator));
}

static const char *__attribute__((format(printf, 1, 0))) answer(const char *fmt, va_list ap)
{
	static char kept[4][1024];
	static unsigned next;
	char *into = kept[next++ % COUNT(kept)];
	MYSQL_RES *result;
	MYSQL_ROW row;

	ask(fmt, ap);
	result = mysql_store_result(administrator);
	row = result ? mysql_fetch_row(result) : NULL;
	if (row && row[0])
		snprintf(into, sizeof kept[0], "%s", row[0]);
	else
		into = NULL;
	mysql_free_result(result);
	return into;
}

const char *admin_value(const char *fmt, ...)
{
	const char *value;
	va_list ap;

	va_start(ap, fmt);
	value = answer(fmt, ap);
	va_end(ap);
	return value;
}

bool admin_sees(const char *expected, const char *fmt, ...)
{
	int64_t start = clock_monotonic_ms();
	const char *value;
	va_list ap;

	for (;;) {
		va_start(ap, fmt);
		value = answer(fmt, ap);
		va_end(ap);
		if (value && strcmp(value, expected) == 0)
			return true;
		if (elapsed_ms_since(start) > PATIENCE_MS)
			return false;
		wait_ms(2);
	}
}

bool server_is_mysql(void)
{
	return strstr(admin_value("SELECT @@version"), "MariaDB") == NULL;
}

bool session_is_gone(uint64_t connection_id)
{
	return admin_sees("0", "SELECT COUNT(*) FROM information_schema.processlist WHERE id = %llu", (unsigned long long)connection_id);
}

/* ---- a schema of our own */

int rooms_make(void **state)
{
	(void)state;
	rooms_remove(state);
	admin("CREATE DATABASE evac_rooms CHARACTER SET utf8mb3");
	admin("CREATE TABLE evac_rooms.volumes LIKE cinder.volumes"); /* without its foreign keys */
	admin("CREATE TABLE evac_rooms.thing (id INT PRIMARY KEY, name VARCHAR(20), number BIGINT, big BIGINT UNSIGNED, flag TINYINT(1),"
	      " note LONGTEXT CHARACTER SET utf8mb4, at DATETIME(6)) ENGINE=InnoDB");
	admin("CREATE USER rooms@'127.0.0.1' IDENTIFIED BY '" PASSWORD "', rooms@localhost IDENTIFIED BY '" PASSWORD "'");
	admin("GRANT ALL ON evac_rooms.* TO rooms@'127.0.0.1', rooms@localhost");
	return 0;
}

int rooms_remove(void **state)
{
	(void)state;
	admin("DROP DATABASE IF EXISTS evac_rooms");
	admin("DROP USER IF EXISTS rooms@'127.0.0.1', rooms@localhost");
	return 0;
}

void volume_put(const char *id, const char *host)
{
	admin("REPLACE INTO evac_rooms.volumes (id, host, deleted, size, volume_type_id) VALUES ('%s', '%s', 0, 1, 't')", id, host);
}

const char *volume_host(const char *id)
{
	return admin_value("SELECT host FROM evac_rooms.volumes WHERE id = '%s'", id);
}

struct db_url rooms_url(unsigned port)
{
	/* the room only reads them */
	static char user[] = "rooms", password[] = PASSWORD, host[] = "127.0.0.1", database[] = "evac_rooms", driver[] = "mysql+pymysql";

	return (struct db_url){ .driver = driver, .user = user, .password = password, .host = host, .database = database,
		.port = port ? port : setting_number("SB_DB_PORT") };
}

struct db *rooms_open(unsigned port)
{
	struct db_url url = rooms_url(port);
	struct error err = { 0 };
	struct db *db;

	if (db_open(&(struct db_options){ .url = &url, .label = "the rooms' database", .io_timeout_s = 20 }, &db, &err) != 0)
		give_up("db_open", err.text);
	return db;
}

int volume_move(struct db *db, const char *id, uint64_t *matched, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_str("old_host", OLD_HOST), p_str("new_host", NEW_HOST),
		p_str("old_service_uuid", NULL), p_str("new_service_uuid", NULL), p_str("old_cluster_name", NULL), p_str("new_cluster_name", NULL), p_end };

	return db_write(db, &SQL_CINDER_VOLUME_MOVE, params, matched, err);
}

static const char *const by_id[] = { "id" };
const struct sql thing_add_one = { "rooms/add_one", "UPDATE thing SET number = number + 1 WHERE id = ?", by_id, 1, SQL_WRITES, "thing",
	"1", "", "", NULL, NULL };
const struct sql thing_number_of = { "rooms/number_of", "SELECT t.number FROM thing AS t WHERE t.id = ?", by_id, 1, SQL_READS, "thing",
	"one", "", "", NULL, NULL };

int thing_write(struct db *db, const struct sql *sql, int64_t id, struct error *err)
{
	uint64_t matched;

	return db_write(db, sql, (struct db_param[]){ p_int("id", id), p_end }, &matched, err);
}

struct number_row {
	int64_t number;
};
static const struct db_shape number_shape = DB_SHAPE(struct number_row, DB_COLUMNS(struct number_row, number));

int64_t thing_number(struct db *db, int64_t id)
{
	struct error err = { 0 };
	struct db_rows rows;
	int64_t number;

	if (db_read(db, &thing_number_of, (struct db_param[]){ p_int("id", id), p_end }, &number_shape, &rows, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(rows.n, 1);
	number = ((struct number_row *)rows.v)->number;
	db_rows_free(&rows);
	return number;
}

const char *thing_numbers(void)
{
	return admin_value("SELECT GROUP_CONCAT(number ORDER BY id) FROM evac_rooms.thing WHERE id <= 3");
}

void rooms_begin(struct db *db)
{
	struct error err = { 0 };

	if (db_begin_write(db, &err) != 0)
		fail_msg("%s", err.text);
}

/* ---- odds and ends */

int exit_status_of(void (*body)(void *ctx), void *ctx)
{
	int status, quiet;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		quiet = open("/dev/null", O_WRONLY);
		dup2(quiet, STDERR_FILENO);
		dup2(quiet, STDOUT_FILENO);
		body(ctx);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int64_t elapsed_ms_since(int64_t start_ms)
{
	return clock_monotonic_ms() - start_ms;
}

void assert_no_password(const struct error *err, const char *password)
{
	assert_null(strstr(err->text, password));
	assert_null(strstr(err->hint, password));
}

static int bind_to(unsigned *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		give_up("bind", "no port on 127.0.0.1");
	*port = ntohs(at.sin_port);
	return fd;
}

int listen_on(unsigned *port)
{
	int fd = bind_to(port);

	if (listen(fd, 64) != 0)
		give_up("listen", "no port on 127.0.0.1");
	return fd;
}

/* Kept, so that no other process gets it meanwhile; a server of this test can have it all the same. */
unsigned closed_port(void)
{
	unsigned port = 0;

	bind_to(&port);
	return port;
}

static char certificates[128];

static void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		give_up("shell", "no memory");
	va_end(ap);
	if (system(text) != 0)
		give_up(text, "failed");
	free(text);
}

const char *certificates_make(void)
{
	static const char make_ca[] = "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=%s "
	                              "-keyout %s.key -out %s.pem 2>/dev/null";
	static const char make_leaf[] =
	    "cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=%s -keyout %s.key -out %s.csr 2>/dev/null && "
	    "printf 'subjectAltName=%s\\n' >%s.ext && openssl x509 -req -in %s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
	    "-extfile %s.ext -out %s.pem 2>/dev/null";

	const char *tmp = getenv("TMPDIR");

	snprintf(certificates, sizeof certificates, "%s/evac-rooms-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(certificates))
		give_up(certificates, "cannot be made");
	shell(make_ca, certificates, "rooms-ca", "ca", "ca");
	shell(make_ca, certificates, "other-ca", "other-ca", "other-ca");
	shell(make_leaf, certificates, "localhost", "server", "server", "IP:127.0.0.1,DNS:localhost", "server", "server", "server", "server");
	shell(make_leaf, certificates, "elsewhere.invalid", "elsewhere", "elsewhere", "DNS:elsewhere.invalid", "elsewhere", "elsewhere",
	    "elsewhere", "elsewhere");
	shell("chmod 644 %s/*.key && chmod 755 %s", certificates, certificates);
	return certificates;
}

void certificates_remove(void)
{
	shell("rm -rf %s", certificates);
}
