/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "fence/fence.h"
#include "util/mem.h"

/* fencing_snmp.py: prepare_cmd() (fence-agents 4.12) builds the command line of snmpget, snmpset and snmpwalk: "-c COMMUNITY",
 * "-A" and "-X" with the passphrases of SNMP 3. */
static bool speaks_snmp(const char *name)
{
	/* that import it; all others are named so */
	static const char *const others[] = { "fence_cisco_mds", "fence_emerson", "fence_ibmblade", "fence_ifmib",
		"fence_intelmodular", "fence_ipdu", "fence_lindypdu" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(name, others[i]) == 0)
			return true;
	return strstr(name, "_snmp");
}

/* The community of the others is in the argv even where nobody has given one: the agent has one of its own. */
static bool is_version_3(const struct fence_agent *agent)
{
	for (const char *line = agent->options, *end; *line; line = end + (*end == '\n')) {
		const size_t name = strcspn(line, "=\n");
		auto_str struct str known = { 0 };

		end = line + strcspn(line, "\n");
		fence_option_name(line, name, &known);
		if (str_equal(known.s, "snmp_version"))
			return line + name < end && strncmp(line + name + 1, "3\n", 2) == 0;
	}
	return false;
}

bool fence_shows_secrets(const struct fence_agent *agent)
{
	return speaks_snmp(fence_agent_name(agent)) && (agent->password_file || agent->secrets_file || !is_version_3(agent));
}
