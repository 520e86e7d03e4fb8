// SPDX-License-Identifier: ISC
//
// One line a test with how long it took, the cause under each failure, and the closing count.

export default async function* report(events) {
	const counts = { passed: 0, failed: 0, skipped: 0 };

	for await (const { type, data } of events) {
		if ((type !== "test:pass" && type !== "test:fail") || data.details?.type === "suite")
			continue;
		const outcome = type === "test:fail" ? "failed" : data.skip !== undefined ? "skipped" : "passed";
		counts[outcome]++;
		yield `${outcome === "failed" ? "not ok" : "ok"} - ${data.name}${outcome === "skipped" ? ` # skip ${data.skip}` : ` (${(data.details.duration_ms / 1000).toFixed(1)} s)`}\n`;
		if (outcome === "failed")
			yield `${data.details.error.cause?.stack ?? data.details.error.stack}\n`;
	}
	yield `${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ""}\n`;
}
