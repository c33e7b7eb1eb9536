/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/release.h"

#include <stddef.h>

/* clang-format off */
static const struct release releases[] = {
	/* version nova name        rpc     spec    no task_state, destroys disks */
	{ 30, 17, "Queens",         "1.20", "1.8",  true,  true  },
	{ 35, 18, "Rocky",          "1.20", "1.11", true,  true  },
	{ 37, 19, "Stein",          "1.20", "1.12", true,  true  },
	{ 40, 20, "Train",          "1.20", "1.12", true,  true  },
	{ 51, 21, "Ussuri",         "1.23", "1.13", true,  true  },
	{ 53, 22, "Victoria",       "1.23", "1.13", true,  false },
	{ 56, 23, "Wallaby",        "1.23", "1.14", true,  false }, /* 23.2.2 no longer asks for it */
	{ 60, 24, "Xena",           "1.23", "1.14", true,  false }, /* 24.2.0 */
	{ 61, 25, "Yoga",           "1.23", "1.14", true,  false }, /* 25.1.0 */
	{ 64, 26, "Zed",            "1.24", "1.14", false, false },
	{ 66, 27, "2023.1/2023.2",  "1.25", "1.14", false, false },
	{ 67, 29, "2024.1/2024.2",  "1.25", "1.15", false, false },
	{ 68, 31, "2025.1",         "1.25", "1.15", false, false },
	{ 70, 32, "2025.2",         "1.25", "1.15", false, false },
	{ 72, 33, "2026.1",         "1.26", "1.15", false, false },
	{ 74, 34, "2026.2",         "1.26", "1.15", false, false },
};
/* clang-format on */
#define RELEASES (sizeof releases / sizeof *releases)

const struct release *release_of(int64_t service_version)
{
	if (service_version <= 0)
		return &releases[0];
	for (size_t i = 0; i < RELEASES; i++)
		if (service_version <= releases[i].service_version)
			return &releases[i];
	return &releases[RELEASES - 1];
}

bool release_is_known(int64_t service_version)
{
	return service_version >= releases[0].service_version && service_version <= releases[RELEASES - 1].service_version;
}
