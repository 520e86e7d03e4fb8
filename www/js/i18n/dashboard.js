// SPDX-License-Identifier: ISC
//
// Words of the first page.

export default {
	"dashboard.morning": ["Good morning, {name}", "Guten Morgen, {name}"],
	"dashboard.day": ["Good afternoon, {name}", "Guten Tag, {name}"],
	"dashboard.evening": ["Good evening, {name}", "Guten Abend, {name}"],
	"dashboard.customers": ["New customers", "Neue Kunden"],
	"dashboard.customers-status": ["By status", "Nach Status"],
	"dashboard.customers-owner": ["By owner", "Nach Zuständigen"],
	"dashboard.online": ["Online now", "Jetzt online"],
	"dashboard.queues": ["Queues", "Warteschlangen"],
	"dashboard.paused": ["paused: {names}", "angehalten: {names}"],
	"dashboard.waiting": ["Waiting", "Warten"],
	"dashboard.running": ["Running", "Laufen"],
	"dashboard.failed": ["Given up", "Aufgegeben"],
	"dashboard.newcomers": ["New people", "Neue Personen"],
	"dashboard.activity": ["Recent activity", "Letzte Aktivität"],
	"dashboard.no-activity": ["Nothing has happened yet", "Noch ist nichts geschehen"],
	"dashboard.more": [{ one: "and {n} more", other: "and {n} more" }, { one: "und {n} weiteres", other: "und {n} weitere" }],
	"dashboard.sessions": ["Where you are signed in.", "Wo Sie angemeldet sind."],
	"dashboard.devices": ["Devices", "Geräte"],
};
