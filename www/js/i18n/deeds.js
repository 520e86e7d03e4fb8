// SPDX-License-Identifier: ISC
//
// Words for what people did to which resource, as the audit log has it.

export default {
	"verb.created": ["created {what}", "hat {what} angelegt"],
	"verb.updated": ["changed {what}", "hat {what} geändert"],
	"verb.deleted": ["deleted {what}", "hat {what} gelöscht"],
	"verb.restored": ["restored {what}", "hat {what} wiederhergestellt"],
	"verb.revoked": ["took access from {what}", "hat {what} den Zugang entzogen"],
	"resource.articles": ["an article", "einen Artikel"],
	"resource.customer_groups": ["a customer group", "eine Kundengruppe"],
	"resource.customer_notes": ["a note on a customer", "eine Notiz zu einem Kunden"],
	"resource.customers": ["a customer", "einen Kunden"],
	"resource.notes": ["a note", "eine Notiz"],
	"resource.queues": ["a queue", "eine Warteschlange"],
	"resource.roles": ["a role", "eine Rolle"],
	"resource.tasks": ["a task", "eine Aufgabe"],
	"resource.tokens": ["an API token", "ein API-Token"],
	"resource.users": ["a person", "eine Person"],
	"resource.webhooks": ["a webhook", "einen Webhook"],
	"deed.passwords.updated": ["chose a new password", "hat ein neues Passwort gewählt"],
	"deed.password.reset": ["had the password replaced", "hat das Passwort ersetzen lassen"],
	"deed.users.revoked": ["took somebody's access away", "hat jemandem den Zugang entzogen"],
	"deed.users.restored": ["gave somebody their access back", "hat jemandem den Zugang zurückgegeben"],
};
