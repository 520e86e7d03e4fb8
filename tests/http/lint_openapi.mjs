// SPDX-License-Identifier: ISC
//
// Holds an OpenAPI document against the recommended rules of a public linter and
// prints what they find.

import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({
	extends: ["recommended"],
	rules: {
		// A static name beside an id is allowed by OpenAPI and wins (API.md).
		"no-ambiguous-paths": "off",
	},
}, {});
const problems = await lint({ ref: process.argv[2], config });

for (const problem of problems) {
	console.log(`${problem.severity} ${problem.ruleId} ${problem.location[0]?.pointer ?? ""}: ${problem.message}`);
}
process.exitCode = problems.length > 0 ? 1 : 0;
