-- SPDX-License-Identifier: ISC
-- What is asked, by MODE: get, list, deep, search, update; of customers and terms in files.
local mode = os.getenv("MODE")
local lines = {}
for line in io.lines(os.getenv("LINES_FILE")) do lines[#lines + 1] = line end
math.randomseed(tonumber(os.getenv("SEED")))
local states = { "active", "inactive", "pending", "blocked" }

function request()
	local one = lines[math.random(#lines)]
	if mode == "get" then
		return wrk.format("GET", "/api/v1/customers/" .. one)
	elseif mode == "list" then
		return wrk.format("GET", "/api/v1/customers?limit=50")
	elseif mode == "deep" then
		return wrk.format("GET", "/api/v1/customers?limit=50&createdAt[lt]=" .. one)
	elseif mode == "search" then
		return wrk.format("GET", "/api/v1/customers?limit=50&search=" .. one)
	end
	wrk.headers["Content-Type"] = "application/json"
	return wrk.format("PATCH", "/api/v1/customers/" .. one, nil,
		'{"status":"' .. states[math.random(4)] .. '","customFields":{"size":' .. math.random(1000) .. '}}')
end

function done(summary, latency)
	io.write(string.format("RESULT %.0f %.2f %.2f %d\n",
		summary.requests / (summary.duration / 1e6),
		latency:percentile(50) / 1000, latency:percentile(99) / 1000,
		summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
