-- SPDX-License-Identifier: ISC
-- One line a run: requests a second, median and p99 in ms, answers that were not 2xx.
function done(summary, latency)
	io.write(string.format("RESULT %.0f %.2f %.2f %d\n",
		summary.requests / (summary.duration / 1e6),
		latency:percentile(50) / 1000, latency:percentile(99) / 1000,
		summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
