// SPDX-License-Identifier: ISC
//
// Every page, one row each.  The row is what makes it: its address, its name in the navigation, who may see
// it, and the module that is fetched when somebody first goes there.
//
//	path    the address; `:id?` at its end names a record that is open beside the list
//	name    its words are page.<name> in i18n/shell.js; also the last part of what shortcuts and tests call it
//	icon    of ui/icon.js
//	need    a permission; without it the page is neither shown nor served
//	calls   what the API must offer ("GET /users"); where it does not, there is no such page
//	group   where it stands in the navigation: "" first, team, system, or none: reached from elsewhere
//	places  what `:place?` may be; each has its name as <place>.title
//	key     g and then this goes there
//	example it shows how a page is made, where its responder runs
//	load    () => import(…), whose default is the component; it gets { params, page }

export const pages = [
	{ path: "/app", name: "dashboard", icon: "home", group: "", key: "h", load: () => import("/js/app/pages/dashboard.js") },
	{ path: "/app/customers/groups/:id?", name: "customer-groups", icon: "tag", need: "customer-groups:read", calls: "GET /customers/groups",
		load: () => import("/js/app/pages/customer-groups.js") },
	{ path: "/app/customers/statistics", name: "customer-statistics", icon: "chart", need: "customers:statistics", calls: "GET /customers/statistics",
		load: () => import("/js/app/pages/customer-statistics.js") },
	{ path: "/app/customers/import/:id?", name: "customer-import", icon: "upload", need: "customers:import", calls: "POST /customers/import",
		load: () => import("/js/app/pages/customer-import.js") },
	{ path: "/app/customers/:id?", name: "customers", icon: "customers", need: "customers:read", calls: "GET /customers", group: "work", key: "c",
		load: () => import("/js/app/pages/customers.js") },
	{ path: "/app/people/:id?", name: "people", icon: "people", need: "users:read", group: "team", key: "p",
		load: () => import("/js/app/pages/people.js") },
	{ path: "/app/notes/:id?", name: "notes", icon: "tag", need: "notes:read", calls: "GET /notes", group: "work", key: "n", example: true,
		load: () => import("/js/app/pages/notes.js") },
	{ path: "/app/roles/:id?", name: "roles", icon: "shield", need: "roles:manage", calls: "GET /roles", group: "team", key: "r",
		load: () => import("/js/app/pages/roles.js") },
	{ path: "/app/audit/:id?", name: "audit", icon: "audit", need: "audit:read", calls: "GET /audit", group: "system", key: "a",
		load: () => import("/js/app/pages/audit.js") },
	{ path: "/app/queues", name: "queues", icon: "queue", need: "queues:read", calls: "GET /queues", group: "system", key: "q",
		load: () => import("/js/app/pages/queues.js") },
	{ path: "/app/queues/jobs/:id?", name: "jobs", icon: "queue", need: "queues:read", calls: "GET /jobs", key: "j",
		load: () => import("/js/app/pages/jobs.js") },
	{ path: "/app/webhooks/:id?/:delivery?", name: "webhooks", icon: "webhook", need: "webhooks:manage", calls: "GET /webhooks", group: "system", key: "w",
		load: () => import("/js/app/pages/webhooks.js") },
	{ path: "/app/settings", name: "settings", icon: "settings", group: "system", key: "s", load: () => import("/js/app/pages/settings.js") },
	{ path: "/app/settings/installation", name: "installation", icon: "settings", need: "settings:read", calls: "GET /settings",
		load: () => import("/js/app/pages/installation.js") },
	{ path: "/app/profile/:place?", name: "profile", icon: "person", key: "m", places: ["password", "sessions", "tokens", "preferences"],
		load: () => import("/js/app/pages/profile.js") },
	{ path: "/app/design", name: "design", icon: "palette", load: () => import("/js/app/pages/design.js") },
];

export const groups = ["", "work", "team", "system"];
