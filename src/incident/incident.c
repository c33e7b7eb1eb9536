/* SPDX-License-Identifier: Apache-2.0 */
#include "incident/incident.h"

#include <sys/stat.h>

#include "internal.h"
#include "out/table.h"
#include "util/file.h"
#include "util/log.h"

#define REPORT_MODE 0600 /* names of tenants: whom it is shared with is the operator's choice */

/* What stands there is a report of before, or something that is not ours to replace. */
static int check_report_file(const char *path, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0 || S_ISREG(st.st_mode))
		return 0;
	error_set(err, ERROR_USAGE, "'%s' is there and is no regular file", path);
	return error_hint(err, "name a file that is not there yet");
}

static int write_form(const char *path, void (*form)(const struct sheet *, struct str *), const struct sheet *sheet,
    struct error *err)
{
	auto_str struct str text = { 0 };

	if (!path)
		return 0;
	form(sheet, &text);
	if (file_write(path, &text, REPORT_MODE, err) != 0)
		return -1;
	log_notice("the report is in %s", path);
	return 0;
}

static int print_text(const struct sheet *sheet, struct error *err)
{
	auto_str struct str text = { 0 };

	sheet_as_text(sheet, &text);
	return out_text(err, "%s", text.s);
}

int incident_report(const struct request *request, struct error *err)
{
	const char *html = request->what.html, *markdown = request->what.markdown;
	struct sheet sheet = { .globals = request->where.globals };
	struct incident incident = { 0 };
	int rc;

	if ((html && check_report_file(html, err) != 0) || (markdown && check_report_file(markdown, err) != 0))
		return -1;
	rc = incident_read(request, request->what.id, &incident, err);
	if (rc == 0) {
		incident_make(&incident, &sheet);
		rc = write_form(html, sheet_as_html, &sheet, err);
		if (rc == 0)
			rc = write_form(markdown, sheet_as_markdown, &sheet, err);
		if (rc == 0 && !html && !markdown)
			rc = print_text(&sheet, err);
	}
	sheet_free(&sheet);
	incident_free(&incident);
	return rc;
}
