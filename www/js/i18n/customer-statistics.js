// SPDX-License-Identifier: ISC
//
// Words of the numbers of customers.

export default {
	"statistics.new": ["New customers", "Neue Kunden"],
	"statistics.added": [{ one: "{n} added", other: "{n} added" }, { one: "{n} angelegt", other: "{n} angelegt" }],
	"statistics.more": ["Statistics", "Statistik"],
	"statistics.total": ["Customers", "Kunden"],
	"statistics.active": ["Active", "Aktiv"],
	"statistics.pending": ["Pending", "Offen"],
	"statistics.inactive": ["Inactive", "Inaktiv"],
	"statistics.blocked": ["Blocked", "Gesperrt"],
	"statistics.by-status": ["By status", "Nach Status"],
	"statistics.by-owner": ["By owner", "Nach Zuständigen"],
	"statistics.by-group": ["By group", "Nach Gruppen"],
	"statistics.somebody": ["Somebody without access", "Jemand ohne Zugang"],
	"statistics.nobody": ["Nobody yet", "Noch niemand"],
	"statistics.others": ["All others", "Alle anderen"],
	"statistics.groups": ["Groups", "Gruppen"],
	"statistics.no-groups": ["There are no groups.", "Es gibt keine Gruppen."],
	"statistics.none": ["There are none in this time.", "In dieser Zeit gibt es keine."],
	"statistics.by": ["Count by", "Zählen nach"],
	"statistics.day": ["Day", "Tag"],
	"statistics.week": ["Week", "Woche"],
	"statistics.month": ["Month", "Monat"],
};
