-- SPDX-License-Identifier: ISC
--
-- Each caller in turn puts one note in, to be stored later.
local tokens = {}
for token in io.lines(os.getenv("TOKENS")) do
	tokens[#tokens + 1] = token
end
local n = 0

function request()
	n = n + 1
	return wrk.format("POST", "/api/v1/notes", {
		["Authorization"] = "Bearer " .. tokens[n % #tokens + 1],
		["Content-Type"] = "application/json",
		["Prefer"] = os.getenv("PREFER"),
	}, '{"title":"note ' .. n .. '","tags":["bench"]}')
end

function done(summary, latency, requests)
	local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
	io.write(string.format("RESULT %.1f %.2f %.2f %d %d\n", summary.requests / summary.duration * 1e6,
		latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.requests, bad))
end
