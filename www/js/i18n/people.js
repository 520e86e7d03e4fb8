// SPDX-License-Identifier: ISC
//
// Words of the people here.

export default {
	"people.access": ["Access", "Zugang"],
	"people.active": ["Active", "Aktiv"],
	"people.all": ["All", "Alle"],
	"people.designation": ["Designation", "Position"],
	"people.email": ["E-mail address", "E-Mail-Adresse"],
	"people.everything": ["Everything there is.", "Alles, was es gibt."],
	"people.inactive": ["No access", "Kein Zugang"],
	"people.invite": ["Invite somebody", "Jemanden einladen"],
	"people.invite-make": ["Make an invitation", "Einladung erstellen"],
	"people.invited": ["Here is the invitation.", "Hier ist die Einladung."],
	"people.invited-once": ["Send this link to them: it is shown this once and works once.",
		"Schicken Sie diesen Link hin: er wird nur dieses eine Mal gezeigt und gilt einmal."],
	"people.may": ["What they may do", "Was sie dürfen"],
	"people.name": ["Full name", "Voller Name"],
	"people.no-access": ["Access is taken away: every request is refused, every open page has ended.",
		"Der Zugang ist entzogen: jede Anfrage wird abgelehnt, jede offene Seite ist beendet."],
	"people.none": ["Nobody was found", "Niemand gefunden"],
	"people.none-filtered": ["Nobody fits the search. Change it, or look at all.", "Auf die Suche passt niemand. Ändern Sie sie, oder zeigen Sie alle."],
	"people.nothing": ["Nothing.", "Nichts."],
	"people.person": ["Person", "Person"],
	"people.restore": ["Give access back", "Zugang zurückgeben"],
	"people.restored": ["{name} has access again.", "{name} hat wieder Zugang."],
	"people.revoke": ["Take access away", "Zugang entziehen"],
	"people.revoked": ["{name} has no access any more.", "{name} hat keinen Zugang mehr."],
	"people.role": ["Role", "Rolle"],
	"people.saved": ["{name} is saved.", "{name} ist gespeichert."],
	"people.search": ["Search people", "Personen suchen"],
	"people.since": ["Here since", "Hier seit"],
};
