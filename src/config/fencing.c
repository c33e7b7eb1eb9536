/* SPDX-License-Identifier: Apache-2.0 */
#include "config/fencing.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"
#include "util/lang.h"
#include "util/mem.h"

#define NO_AGENT "none"
#define KEYS 7

void fencing_config_free(struct fencing_config *config)
{
	for (struct fencing_rule *r = config->v; r < config->v + config->n; r++) {
		free(r->pattern);
		free(r->agent);
		free(r->options);
		free(r->bmc);
		free(r->password_file);
		free(r->secrets_file);
	}
	free(config->v);
	*config = (struct fencing_config){ 0 };
}

void fence_agent_free(struct fence_agent *agent)
{
	free(agent->program);
	free(agent->options);
	free(agent->password_file);
	free(agent->secrets_file);
	*agent = (struct fence_agent){ 0 };
}

/* ---- options: words with '=' between blanks; quotes around a value with blanks */

struct option_word {
	const char *name, *value;
	size_t name_n, value_n;
};

/* Cuts the next word off ${text}. 1, 0 at the end, -1: it is none. */
static int next_option(const char **text, struct option_word *out)
{
	const char *p = *text + strspn(*text, " \t\r\n");

	if (!*p)
		return 0;
	out->name = p;
	out->name_n = strcspn(p, "= \t\r\n");
	p += out->name_n;
	if (out->name_n == 0 || *p++ != '=')
		return -1;
	if (*p == '"') {
		out->value = ++p;
		out->value_n = strcspn(p, "\"\r\n");
		p += out->value_n;
		if (*p++ != '"' || (*p && !isspace((unsigned char)*p)))
			return -1;
	} else {
		out->value = p;
		out->value_n = strcspn(p, " \t\r\n");
		p += out->value_n;
	}
	*text = p;
	return 1;
}

/* "https://ann:secret@proxy" */
static bool has_a_login(const struct option_word *word)
{
	const char *url = memmem(word->value, word->value_n, "://", strlen("://"));
	const char *end = word->value + word->value_n, *at, *slash;

	if (!url)
		return false;
	url += strlen("://");
	slash = memchr(url, '/', (size_t)(end - url));
	end = slash ? slash : end;
	at = memchr(url, '@', (size_t)(end - url));
	return at && memchr(url, ':', (size_t)(at - url));
}

/* What the metadata of an agent (fence-agents 4.12, all of them) calls a password, a secret, a community, a key to log in with
 * or a token, and the scripts that print one: passwd, snmp_priv_passwd, community, hexadecimal_kg, secret_key, apikey, … The
 * name of a file that holds one is none. */
static bool holds_a_secret(const struct option_word *word)
{
	static const char *const parts[] = { "passw", "secret", "community", "token", "apikey", "api_key", "access_key",
		"hexadecimal_kg" };
	auto_str struct str name = { 0 };

	if (has_a_login(word))
		return true;
	fence_option_name(word->name, word->name_n, &name);
	if (name.n > strlen("_file") && strcmp(name.s + name.n - strlen("_file"), "_file") == 0)
		return false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strstr(name.s, parts[i]))
			return true;
	return false;
}

static bool is_given_by_us(const struct option_word *word)
{
	return (word->name_n == 6 && strncmp(word->name, "action", 6) == 0) ||
	    (word->name_n == 6 && strncmp(word->name, "option", 6) == 0);
}

/* The agent would obey the last one; ${seen}: the names before it, a line each. */
static bool is_second(const struct option_word *word, struct str *seen)
{
	auto_str struct str line = { 0 };
	bool known;

	str_addc(&line, '\n');
	fence_option_name(word->name, word->name_n, &line);
	str_addc(&line, '\n');
	known = seen->n > 0 && strstr(seen->s, line.s);
	str_add(seen, line.s);
	return known;
}

static int check_agent_options(const char *text, const char *origin, struct error *err)
{
	auto_str struct str seen = { 0 };
	struct option_word word;
	int rc;

	while ((rc = next_option(&text, &word)) > 0) {
		if (holds_a_secret(&word)) {
			error_set(err, ERROR_CONFIG, "%s: '%.*s' is a secret, and this file may be read by others", origin,
			    (int)word.name_n, word.name);
			return error_hint(err,
			    "put it into a file that only root may read, and name that: password_file for the password, secrets_file for others");
		}
		if (is_given_by_us(&word))
			return error_set(err, ERROR_CONFIG, "%s: '%.*s' is given by evac-manage itself", origin,
			    (int)word.name_n, word.name);
		if (is_second(&word, &seen))
			return error_set(err, ERROR_CONFIG, "%s: '%.*s' is given twice, perhaps by its other name", origin,
			    (int)word.name_n, word.name);
	}
	if (rc == 0)
		return 0;
	error_set(err, ERROR_CONFIG, "%s: the value is no list of NAME=VALUE", origin); /* which may hold a password */
	return error_hint(err, "write it as: options = ip={bmc} username=admin lanplus=1");
}

/* ---- {host}, {short}, {bmc} */

struct filling {
	const char *host, *bmc; /* bmc NULL: not given */
	struct error *err;
};

/* Without blanks, quotes or slashes: it stays one value of one line, and a file's name stays in its directory. */
static bool is_fillable(const char *name)
{
	return name[0] != '.' && name[0] != '-' && name[0] &&
	    name[strspn(name,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-")] == '\0';
}

static int add_filled(struct str *out, const char *text, size_t n, const struct filling *f)
{
	for (const char *p = text; p < text + n;) {
		if (str_starts(p, "{host}") || str_starts(p, "{short}")) {
			str_addn(out, f->host, p[1] == 'h' ? strlen(f->host) : strcspn(f->host, "."));
			p += strcspn(p, "}") + 1;
		} else if (str_starts(p, "{bmc}")) {
			if (!f->bmc)
				return error_set(f->err, ERROR_CONFIG,
				    "[fencing] names {bmc}, and no bmc is configured for '%s'", f->host);
			str_add(out, f->bmc);
			p += strlen("{bmc}");
		} else {
			str_addc(out, *p++);
		}
	}
	return 0;
}

/* The names that may stand in ${text}; of a bmc not its own. */
static int check_names(const char *text, bool is_bmc, const char *origin, struct error *err)
{
	for (const char *p = strchr(text, '{'); p; p = strchr(p + 1, '{')) {
		if (str_starts(p, "{host}") || str_starts(p, "{short}") || (!is_bmc && str_starts(p, "{bmc}")))
			continue;
		error_set(err, ERROR_CONFIG, "%s: '%.*s' is no name that is filled in", origin, (int)strcspn(p, " \t\n}") + 1,
		    p);
		return error_hint(err, is_bmc ? N_("{host} and {short} are") : N_("{host}, {short} and {bmc} are"));
	}
	return 0;
}

/* ---- what stands in the file */

static int check_program(const char *value, const char *origin, struct error *err)
{
	if (strcmp(value, NO_AGENT) == 0 || value[0] == '/' || (!strchr(value, '/') && is_fillable(value)))
		return 0;
	error_set(err, ERROR_CONFIG, "%s: '%.64s' is no fence agent", origin, value);
	return error_hint(err, "write its name (fence_ipmilan), its whole path, or none");
}

/* [fencing]'s own has a value always: what the others do not say is not shown. */
static int take_seconds(struct ini *ini, const struct ini_name *names, bool is_base, unsigned *what, struct error *err)
{
	const char *value, *origin;

	if (ini_get_first(ini, names, &value, &origin, err) != 0)
		return -1;
	if ((!value || !*value) && !is_base)
		return 0;
	if (read_number(ini, names, what, err) != 0)
		return -1;
	return *what > 0 && *what <= FENCE_TIMEOUT_MAX_S ?
	    0 :
	    error_set(err, ERROR_CONFIG, "%s: '%s' is not 1 to %d seconds", origin, value, FENCE_TIMEOUT_MAX_S);
}

/* By the option's row: which member, and what must be so. */
static int take_value(struct ini *ini, const struct own_option *option, struct fencing_rule *rule, const char *group,
    struct error *err)
{
	const struct ini_name names[] = { { group, option->key }, { NULL, NULL } };
	char **text = strcmp(option->key, "agent") == 0 ? &rule->agent :
	    strcmp(option->key, "options") == 0         ? &rule->options :
	    strcmp(option->key, "bmc") == 0             ? &rule->bmc :
	    strcmp(option->key, "password_file") == 0   ? &rule->password_file :
	    strcmp(option->key, "secrets_file") == 0    ? &rule->secrets_file :
							  NULL;
	const char *value, *origin;

	if (!text)
		return take_seconds(ini, names, !rule->pattern,
		    strcmp(option->key, "timeout") == 0 ? &rule->timeout_s : &rule->off_timeout_s, err);
	if (ini_get_first(ini, names, &value, &origin, err) != 0)
		return -1;
	if (value && *value) {
		if ((text == &rule->agent && check_program(value, origin, err) != 0) ||
		    (text == &rule->options && check_agent_options(value, origin, err) != 0) ||
		    check_names(value, text == &rule->bmc, origin, err) != 0)
			return -1;
		if ((text == &rule->password_file || text == &rule->secrets_file) && value[0] != '/')
			return error_set(err, ERROR_CONFIG, "%s: '%.64s' is no whole path", origin, value);
		*text = xstrdup(value);
	}
	if (*text || !rule->pattern)
		ini_note(ini, names, *text, origin);
	return 0;
}

static int take_group(struct ini *ini, const char *group, const char *pattern, struct fencing_config *out, struct error *err)
{
	const char *keys[KEYS];
	struct fencing_rule *rule;
	size_t n = 0;

	out->v = vec_grow(out->v, out->n, &out->cap, sizeof *out->v);
	rule = &out->v[out->n++];
	*rule = (struct fencing_rule){ .pattern = pattern ? xstrdup(pattern) : NULL,
		.timeout_s = pattern ? 0 : FENCE_TIMEOUT_S,
		.off_timeout_s = pattern ? 0 : FENCE_OFF_TIMEOUT_S };
	for (const struct own_option *o = own_options; o->group; o++)
		if (strcmp(o->group, FENCING_GROUP) == 0)
			keys[n++] = o->key;
	if (ini_check_keys(ini, group, keys, n, err) != 0)
		return -1;
	for (const struct own_option *o = own_options; o->group; o++)
		if (strcmp(o->group, FENCING_GROUP) == 0 && take_value(ini, o, rule, group, err) != 0)
			return -1;
	return 0;
}

static bool has_rule_for(const struct fencing_config *config, const char *pattern)
{
	for (size_t i = 1; i < config->n; i++)
		if (strcasecmp(config->v[i].pattern, pattern) == 0) /* as ini_is_group() takes two for one */
			return true;
	return false;
}

/* All of it with its first option: the groups of hosts have the same keys. */
int fencing_read(struct ini *ini, struct fencing_config *out, struct error *err)
{
	const size_t n = sizeof FENCING_GROUP - 1;

	if (out->n > 0)
		return 0;
	if (take_group(ini, FENCING_GROUP, NULL, out, err) != 0)
		return -1;
	for (size_t i = 0; i < ini->nentry; i++) {
		const char *group = ini->entry[i].group, *pattern = group + n;

		if (strncasecmp(group, FENCING_GROUP, n) != 0 || (*pattern != ' ' && *pattern != '\t'))
			continue;
		pattern += strspn(pattern, " \t");
		if (*pattern && !has_rule_for(out, pattern) && take_group(ini, group, pattern, out, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- of a host */

/* By its own name, else by the first pattern; NULL: only [fencing] speaks of it. */
static const struct fencing_rule *rule_of(const struct fencing_config *config, const char *host)
{
	for (size_t i = 1; i < config->n; i++)
		if (strcmp(config->v[i].pattern, host) == 0)
			return &config->v[i];
	for (size_t i = 1; i < config->n; i++)
		if (fnmatch(config->v[i].pattern, host, 0) == 0)
			return &config->v[i];
	return NULL;
}

static int fill_options(const char *text, const struct filling *f, struct str *out)
{
	struct option_word word;

	str_add(out, "");
	while (next_option(&text, &word) > 0) {
		str_addn(out, word.name, word.name_n);
		str_addc(out, '=');
		if (add_filled(out, word.value, word.value_n, f) != 0)
			return -1;
		str_addc(out, '\n');
	}
	return 0;
}

static int fill_agent(const struct fencing_rule *r, const char *host, struct fence_agent *out, struct error *err)
{
	struct filling f = { .host = host, .err = err };
	auto_str struct str bmc = { 0 }, options = { 0 }, program = { 0 }, file = { 0 }, secrets = { 0 };

	if (!is_fillable(host))
		return error_set(err, ERROR_CONFIG, "the name '%s' cannot be given to a fence agent", host);
	if (r->bmc && add_filled(&bmc, r->bmc, strlen(r->bmc), &f) != 0)
		return -1;
	f.bmc = bmc.s;
	if (add_filled(&program, r->agent, strlen(r->agent), &f) != 0 ||
	    fill_options(str_or(r->options, ""), &f, &options) != 0 ||
	    (r->password_file && add_filled(&file, r->password_file, strlen(r->password_file), &f) != 0) ||
	    (r->secrets_file && add_filled(&secrets, r->secrets_file, strlen(r->secrets_file), &f) != 0))
		return -1;
	*out = (struct fence_agent){ .program = str_take(&program),
		.options = str_take(&options),
		.password_file = r->password_file ? str_take(&file) : NULL,
		.secrets_file = r->secrets_file ? str_take(&secrets) : NULL,
		.timeout_s = r->timeout_s ? r->timeout_s : FENCE_TIMEOUT_S,
		.off_timeout_s = r->off_timeout_s ? r->off_timeout_s : FENCE_OFF_TIMEOUT_S };
	return 1;
}

/* What of a rule tells one host from another; what its own group does not say is [fencing]'s. */
static struct fencing_rule whole_rule(const struct fencing_config *config, const char *host)
{
	static const struct fencing_rule nothing;
	const struct fencing_rule *base = config->n ? config->v : &nothing, *own = rule_of(config, host);
	struct fencing_rule r = own ? *own : *base;

	r.agent = r.agent ? r.agent : base->agent;
	r.options = r.options ? r.options : base->options;
	r.bmc = r.bmc ? r.bmc : base->bmc;
	r.password_file = r.password_file ? r.password_file : base->password_file;
	r.secrets_file = r.secrets_file ? r.secrets_file : base->secrets_file;
	r.timeout_s = r.timeout_s ? r.timeout_s : base->timeout_s;
	r.off_timeout_s = r.off_timeout_s ? r.off_timeout_s : base->off_timeout_s;
	return r;
}

static bool has_agent(const struct fencing_rule *rule)
{
	return rule->agent && strcmp(rule->agent, NO_AGENT) != 0;
}

int fencing_find(const struct fencing_config *config, const char *host, struct fence_agent *out, struct error *err)
{
	const struct fencing_rule r = whole_rule(config, host);

	*out = (struct fence_agent){ 0 };
	return has_agent(&r) ? fill_agent(&r, host, out, err) : 0;
}

/* ---- one machine for two hosts */

/* Any other host that this group speaks of; one that it names alone has what its group itself says. */
bool fencing_is_of_one_host(const struct fencing_config *config, const char *host)
{
	const struct fencing_rule *own = rule_of(config, host);
	struct fencing_rule r = whole_rule(config, host), other = r;
	auto_free char *another = xasprintf("x%s", host);
	struct fence_agent a = { 0 }, b = { 0 };
	struct error err = { 0 };
	bool one;

	if (!has_agent(&r))
		return true;
	if (own && strcmp(own->pattern, host) == 0) { /* another host has [fencing]'s, or a pattern's */
		other = config->v[0];
		other.agent = r.agent;
		if (!other.options || (r.options && strstr(r.options, "{bmc}") && !other.bmc))
			return own->options || own->bmc;
	}
	one = fill_agent(&r, host, &a, &err) < 0 || fill_agent(&other, another, &b, &err) < 0 ||
	    !fence_agent_same_machine(&a, &b);
	fence_agent_free(&a);
	fence_agent_free(&b);
	return one;
}
