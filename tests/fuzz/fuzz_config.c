/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "config/config.h"
#include "util/secret.h"

/* The bytes as nova's, cinder's, placement's, neutron's, keystone's and our own file, and as the one of --defaults-file. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *path = fuzz_file(bytes, n);
	const struct config_sources sources = { .nova_files = &path, .n_nova_files = 1, .cinder_files = &path, .n_cinder_files = 1,
		.placement_files = &path, .n_placement_files = 1, .neutron_files = &path, .n_neutron_files = 1, .keystone_files = &path, .n_keystone_files = 1,
		.site_file = path,
		.defaults_file = n % 2 ? path : NULL };
	struct nova_config nova;
	struct cinder_config cinder;
	struct placement_config placement;
	struct neutron_config neutron;
	struct catalog_config catalog;
	struct site_config site;
	struct error err = { 0 };

	if (config_load_nova(&sources, &nova, &err) == 0)
		nova_config_free(&nova);
	if (config_load_cinder(&sources, &cinder, &err) == 0)
		cinder_config_free(&cinder);
	if (config_load_placement(&sources, &placement, &err) == 0)
		placement_config_free(&placement);
	if (config_load_neutron(&sources, &neutron, &err) == 0)
		neutron_config_free(&neutron);
	if (config_load_catalog(&sources, &catalog, &err) == 0)
		catalog_config_free(&catalog);
	if (config_load_site(&sources, &site, &err) == 0)
		site_config_free(&site);
	secrets_forget();
	return 0;
}
