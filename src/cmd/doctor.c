/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "op/commands.h"

const struct command command_doctor = {
	.noun = "doctor",
	.sentence = "is everything fit for a rescue? and what to do",
	.details = "Looks at both databases, the broker, nova's conductor, the schemas, the release and the site's version. "
		"Writes nothing. Run it on a quiet day too: it ends with 5 when something is not fit.",
	.run = op_doctor,
};
