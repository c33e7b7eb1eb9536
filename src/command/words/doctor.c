/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

const struct command command_doctor = {
	.noun = "doctor",
	.sentence = "is everything fit for a rescue? and what to do",
	.details = "Looks at both databases, the broker, nova's conductor, the schemas, the release, the site's version, "
		"the account's rights and the journal's directory. The last lines say what all is fit for: moves, evacuations, the audit. "
		"Writes nothing. Run it on a quiet day too: it ends with 5 when something is not fit, or could not be asked.",
	.run = op_doctor,
};
