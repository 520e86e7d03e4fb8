// SPDX-License-Identifier: ISC
//
// The same work in graphile-worker and in BullMQ, at the settings each is fastest with.
//
//	node peer.js graphile|bullmq add SECONDS	jobs put in one by one over 4 connections
//	node peer.js graphile|bullmq fill COUNT		put that many in, in bulk
//	node peer.js graphile|bullmq work		do all there are; two of these run at once
//
// Prints one number: jobs a second, or for `work` nothing: whoever starts it looks at the clock.

import pg from "pg";
import { makeWorkerUtils, run, runMigrations } from "graphile-worker";
import { Queue, Worker } from "bullmq";

const [, , which, what, amount] = process.argv;

// Call add() in 4 loops until the time is over; how many a second.
async function measure(add, seconds) {
	const end = performance.now() + seconds * 1000;
	let count = 0;
	await Promise.all(Array.from({ length: 4 }, async () => {
		while (performance.now() < end) {
			await add();
			count++;
		}
	}));
	return Math.round(count / seconds);
}

const graphile = {
	async add(seconds) {
		const pgPool = new pg.Pool({ max: 4 });
		const utils = await makeWorkerUtils({ pgPool });
		const rate = await measure(() => utils.addJob("nothing", {}), seconds);
		await utils.release();
		await pgPool.end();
		return rate;
	},
	async fill(count) {
		const pgPool = new pg.Pool({ max: 1 });
		await runMigrations({ pgPool });
		await pgPool.query("select graphile_worker.add_jobs(array_agg(json_populate_record(null::graphile_worker.job_spec," +
			" '{\"identifier\":\"nothing\"}'))) from generate_series(1, $1::int)", [count]);
		await pgPool.query("vacuum analyze graphile_worker._private_jobs");
		await pgPool.end();
	},
	async work() {
		const runner = await run({
			taskList: { nothing: () => {} },
			preset: { worker: {
				concurrentJobs: 24, maxPoolSize: 4, pollInterval: 200,
				localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0,
			} },
		});
		await runner.promise;
	},
};

const connection = { port: Number(process.env.REDIS_PORT), host: "127.0.0.1" };
const bullmq = {
	async add(seconds) {
		const queues = Array.from({ length: 4 }, () => new Queue("bench", { connection }));
		let turn = 0;
		const rate = await measure(() => queues[turn++ % 4].add("nothing", {}, { removeOnComplete: true }), seconds);
		await Promise.all(queues.map((queue) => queue.close()));
		return rate;
	},
	async fill(count) {
		const queue = new Queue("bench", { connection });
		await queue.obliterate({ force: true });
		for (let done = 0; done < count; done += 1000)
			await queue.addBulk(Array.from({ length: 1000 }, () => ({ name: "nothing", data: {}, opts: { removeOnComplete: true } })));
		await queue.close();
	},
	async work() {
		new Worker("bench", async () => {}, { connection, concurrency: 100 });
		await new Promise(() => {});
	},
};

const rate = await { graphile, bullmq }[which][what](Number(amount));
if (rate !== undefined)
	console.log(rate);
if (what !== "work")
	process.exit(0);
