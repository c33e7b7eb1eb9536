/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

/* A line a severity over the runs, one step a run. */
#define WIDTH 1200
#define HEIGHT 200
#define LEFT 12
#define RIGHT 60 /* the scale stands there, beside the newest run */
#define TOP 14
#define BOTTOM 26
#define LABELS_MAX 8
#define DOTS_MAX 60
#define ONE 1000

static int64_t x_of(const struct audit_trend *trend, size_t i)
{
	return LEFT + (int64_t)i * (WIDTH - LEFT - RIGHT) / (int64_t)(trend->n - 1);
}

/* Every power of ten is one step up, so that three criticals can be seen beside ten thousand others; straight in between. */
static int64_t up(int64_t n)
{
	int64_t ten = 10, steps = 1;

	if (n <= 10)
		return n * ONE / 10;
	for (; n > ten * 10; ten *= 10)
		steps++;
	return steps * ONE + (n - ten) * ONE / (9 * ten);
}

static int64_t y_of(int64_t n, int64_t most)
{
	return HEIGHT - BOTTOM - up(n) * (HEIGHT - TOP - BOTTOM) / up(most);
}

static int64_t most_of(const struct audit_trend *trend)
{
	int64_t most = 10;

	for (size_t i = 0; i < trend->n; i++)
		for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
			most = trend->v[i].count[s] > most ? trend->v[i].count[s] : most;
	return most;
}

static void add_scale(int64_t most, struct str *out)
{
	for (int64_t n = 0; n <= most; n = n == 0 ? 10 : n * 10) {
		str_addf(out, "<path class=\"grid\" d=\"M%d %lldH%d\"/><text x=\"%d\" y=\"%lld\">", LEFT, (long long)y_of(n, most),
		    WIDTH - RIGHT, WIDTH - RIGHT + 10, (long long)y_of(n, most) + 4);
		number_add((uint64_t)n, out);
		str_add(out, "</text>\n");
	}
}

static void add_days(const struct audit_trend *trend, struct str *out)
{
	size_t every = (trend->n + LABELS_MAX - 1) / LABELS_MAX;

	for (size_t i = 0; i < trend->n; i++) {
		auto_str struct str minute = { 0 };

		if ((trend->n - 1 - i) % every != 0)
			continue;
		minute_add(trend->v[i].at, &minute);
		str_addf(out, "<text x=\"%lld\" y=\"%d\" text-anchor=\"%s\">%.10s</text>\n", (long long)x_of(trend, i), HEIGHT - 6,
		    i == 0 ? "start" : "middle", str_or(minute.s, ""));
	}
}

static void add_line(const struct audit_trend *trend, enum audit_severity s, int64_t most, struct str *out)
{
	str_addf(out, "<polyline class=\"line %s\" points=\"", audit_severity_name[s]);
	for (size_t i = 0; i < trend->n; i++)
		str_addf(out, "%lld,%lld ", (long long)x_of(trend, i), (long long)y_of(trend->v[i].count[s], most));
	str_add(out, "\"/>\n");
	for (size_t i = 0; i < trend->n && trend->n <= DOTS_MAX; i++) {
		str_addf(out, "<circle class=\"dot %s\" cx=\"%lld\" cy=\"%lld\" r=\"4\"><title>", audit_severity_name[s], (long long)x_of(trend, i),
		    (long long)y_of(trend->v[i].count[s], most));
		minute_add(trend->v[i].at, out);
		str_addf(out, ": %lld %s</title></circle>\n", (long long)trend->v[i].count[s], audit_severity_name[s]);
	}
}

void trend_add(const struct audit_trend *trend, struct str *out)
{
	int64_t most;

	if (trend->n < 2)
		return;
	most = most_of(trend);
	str_addf(out, "<section><h2>Against earlier runs</h2><div class=\"scroll newest\"><svg id=\"trend\" role=\"img\" "
	    "aria-label=\"findings by severity over %zu runs\" viewBox=\"0 0 %d %d\">\n", trend->n, WIDTH, HEIGHT);
	add_scale(most, out);
	add_days(trend, out);
	for (enum audit_severity s = AUDIT_SEVERITIES; s-- > 0;)
		add_line(trend, s, most, out);
	str_add(out, "</svg></div></section>\n");
}
