// SPDX-License-Identifier: ISC
//
// The first page: cards, each with the permission it needs and the call it makes.  A new card is a row and a function.
// It names its components one by one: what most people see first shall bring no more than it shows.

import { html, useEffect, useState } from "/js/preact.js";
import { dateTime, listing, number, relative, t, translated, words } from "/js/i18n/index.js";
import dashboard from "/js/i18n/dashboard.js";
import { useGet, useList } from "/js/data.js";
import { useOffers } from "/js/app/features.js";
import { may, useMe } from "/js/app/me.js";
import { about, done, isTold } from "/js/app/parts/deeds.js";
import { useOnline } from "/js/app/shell/presence.js";
import { Avatar } from "/js/ui/avatar.js";
import { Badge } from "/js/ui/badge.js";
import { Card, Figure } from "/js/ui/card.js";
import { Empty } from "/js/ui/empty.js";
import { Item, List } from "/js/ui/list.js";
import { Note } from "/js/ui/note.js";
import { Page } from "/js/ui/page.js";
import { Skeleton } from "/js/ui/skeleton.js";

words(dashboard);

const numbers = (name) => () => import("/js/app/customers/statistics.js").then((module) => module[name]);

// need: a permission · calls: what the API must offer · side: in the narrow column · view, or load() and rows: the lines
// that keep its place until it is there.  What may grow by much stands last, so that it moves nothing.
const CARDS = [
	{ name: "customers", need: "customers:statistics", calls: "GET /customers/statistics", load: numbers("NewcomersCard"), rows: 8 },
	{ name: "customers-status", need: "customers:statistics", calls: "GET /customers/statistics", load: numbers("StatusCard"), rows: 6, side: true },
	{ name: "customers-owner", need: "customers:statistics", calls: "GET /customers/statistics", load: numbers("OwnerCard"), rows: 5, side: true },
	{ name: "newcomers", need: "users:read", calls: "GET /users", view: Newcomers },
	{ name: "activity", need: "audit:read", calls: "GET /audit", view: Activity },
	{ name: "online", calls: "GET /presence", view: Online, side: true },
	{ name: "queues", need: "queues:read", calls: "GET /queues", view: Queues, side: true },
	{ name: "sessions", calls: "GET /auth/sessions", view: OwnSessions, side: true },
];

export default function Dashboard() {
	const { user } = useMe();

	useOffers("");
	return html`<${Page} title=${t(greeting(), { name: user.fullName.split(/\s+/u)[0] })} about=${today()}>
		<div class="columns"><${Column} cards=${CARDS.filter((one) => !one.side)} /><${Column} cards=${CARDS.filter((one) => one.side)} /></div>
	<//>`;
}

const Column = ({ cards }) => html`<div>${cards.filter((one) => may(one.need)).map((one) => html`<${Place} key=${one.name} one=${one} />`)}</div>`;

function Place({ one }) {
	const isThere = useOffers(one.calls); // not known at a first visit, and mostly so

	return isThere !== false && (one.load ? html`<${Later} one=${one} />` : html`<${one.view} />`);
}

function Later({ one }) {
	const [View, setView] = useState(null);

	useEffect(() => { one.load().then((view) => setView(() => view)); }, []);
	return View ? html`<${View} />` : html`<${Card} title=${t(`dashboard.${one.name}`)}><${Skeleton} rows=${one.rows} /><//>`;
}

function greeting() {
	const hour = new Date().getHours();

	return hour < 5 ? "dashboard.evening" : hour < 12 ? "dashboard.morning" : hour < 18 ? "dashboard.day" : "dashboard.evening";
}

function today() {
	return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full" }).format(new Date());
}

function Online() {
	const online = useOnline();

	return online && html`<${Card} title=${t("dashboard.online")} about=${t("presence", { n: online.length })}>
		<ul class="items">${online.slice(0, 6).map((one) => html`<${Item} key=${one.id} lead=${html`<${Avatar} name=${one.fullName} picture=${one.profilePic} here />`} title=${one.fullName} />`)}</ul><//>`;
}

function Queues() {
	const { body, problem, reload } = useGet("queues", { watch: ["queues", "jobs"], every: 15000 });

	if (!body)
		return html`<${Card} title=${t("dashboard.queues")}>${problem ? html`<${Note} problem=${problem} again=${reload} />` : html`<${Skeleton} />`}<//>`;
	const sum = (name) => body.items.reduce((all, one) => all + one[name], 0);
	const paused = body.items.filter((one) => one.pausedAt);
	return html`<${Card} title=${t("dashboard.queues")} actions=${paused.length > 0 && html`<${Badge} kind="fair" dot>${t("dashboard.paused", { names: listing(paused.map((one) => one.name)) })}<//>`}>
		<dl class="figures"><${Figure} label=${t("dashboard.waiting")} value=${number(sum("ready") + sum("waiting"))} /><${Figure} label=${t("dashboard.running")} value=${number(sum("running"))} />
			<${Figure} label=${t("dashboard.failed")} value=${number(sum("failed"))} kind=${sum("failed") ? "bad" : ""} /></dl><//>`;
}

function Newcomers() {
	const list = useList("users?limit=5", { watch: ["users"] });

	return html`<${Card} title=${t("dashboard.newcomers")}>
		<${List} list=${{ ...list, next: null }} lines=${5} empty=${t("nothing")} row=${(one) => html`<${Item} key=${one.id} href=${`/app/people/${one.id}`} title=${one.fullName}
			lead=${html`<${Avatar} name=${one.fullName} picture=${one.profilePic} />`} about=${html`${translated(one.role)} · <time datetime=${one.createdAt} title=${dateTime(one.createdAt)}>${relative(one.createdAt)}</time>`} />`} /><//>`;
}

// What people did, of that what there are words for; the same over and over is told once.
function told(rows) {
	const groups = [];

	for (const one of rows) {
		const last = groups.at(-1);
		if (!one.actorName || !isTold(one))
			continue;
		if (last?.action === one.action && last.actor === one.actor)
			last.more++;
		else
			groups.push({ ...one, more: 0 });
	}
	return groups.slice(0, 8);
}

function Activity() {
	const list = useList("audit?limit=100", { every: 30000 });

	return html`<${Card} title=${t("dashboard.activity")}>
		<${List} list=${{ ...list, rows: list.rows && told(list.rows), next: null }} lines=${8} empty=${{ icon: "audit", title: t("dashboard.no-activity") }} row=${(one) => html`<${Item} key=${one.id}
			lead=${html`<${Avatar} name=${one.actorName} />`} title=${html`${one.actorName} <span class="soft weak">${done(one)}</span>`}
			about=${html`${about(one) && html`<span dir="auto">${about(one)}</span>`}${one.more > 0 && ` ${t("dashboard.more", { n: one.more })}`}${(about(one) || one.more > 0) && " · "}<time datetime=${one.at} title=${dateTime(one.at)}>${relative(one.at)}</time>`} />`} /><//>`;
}

// Of who sees nothing of others: that all is well with oneself.
function OwnSessions() {
	const list = useList("auth/sessions");

	return !may("users:read") && html`<${Card} title=${t("sessions.title")} about=${t("dashboard.sessions")}>
		${list.rows?.length === 0 ? html`<${Empty} title=${t("nothing")} />` : html`<dl class="figures"><${Figure} label=${t("dashboard.devices")} value=${number(list.rows?.length ?? 0)} /></dl>`}
		<p><a href="/app/profile/sessions">${t("sessions.title")}</a></p><//>`;
}
