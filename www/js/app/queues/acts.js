// SPDX-License-Identifier: ISC
//
// What can be done to a job in which state, shown at once; retrying and cancelling undo each other.

import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { may } from "/js/app/me.js";
import { toast } from "/js/ui/index.js";

const isLater = (job) => job.state === "queued" && new Date(job.runAt) > Date.now();

export function canDo(job) {
	if (!may("queues:manage"))
		return [];
	return [
		["failed", "cancelled"].includes(job.state) && "retry",
		["waiting", "queued", "running"].includes(job.state) && !job.cancelAsked && "cancel",
		isLater(job) && "run-now",
	].filter(Boolean);
}

export const ICONS = { retry: "reload", cancel: "close", "run-now": "play" };

const AFTER = {
	retry: () => ({ state: "queued", finishedAt: null, cause: null }),
	cancel: (job) => job.state === "running" ? { cancelAsked: true } : { state: "cancelled" },
	"run-now": () => ({ runAt: new Date().toISOString() }),
};

// list: of useList(); told(job): the answer, for a drawer that shows it, too.
export function act(list, job, name, told = () => {}) {
	const said = { retry: "jobs.retried", cancel: job.state === "running" ? "jobs.stopping" : "jobs.cancelled", "run-now": "jobs.hurried" }[name];
	const back = { cancel: job.state !== "running" && "retry", retry: job.state === "cancelled" && "cancel" }[name];

	return list.change(job.id, AFTER[name](job), {
		send: () => api.post(`jobs/${job.id}/${name}`).then(({ body, etag }) => { told(body, etag); list.reload(); return body; }),
		said: t(said, { kind: job.kind }), about: `job ${job.id}`,
		undo: back && (() => act(list, { ...job, ...AFTER[name](job) }, back, told)),
	});
}

// All that failed or were cancelled of a queue and a kind, a thousand at a time; told(n) on the way.
export async function retryAll({ queue, kind, state }, told) {
	let done = 0;
	let left = 0;

	do {
		const { body } = await api.post("jobs/retry", { state, ...queue && { queue }, ...kind && { kind } });
		done += body.retried;
		left = body.retried > 0 ? body.left : 0;
		told(done);
	} while (left > 0);
	toast(t("jobs.retried-all", { n: done }), { about: "jobs" });
}
