// SPDX-License-Identifier: ISC
//
// Words of the example resource.

export default {
	"notes.text": ["Text", "Text"],
	"notes.title": ["Title", "Titel"],
	"notes.tags": ["Tags", "Schlagwörter"],
	"notes.made": ["Written", "Geschrieben"],
	"notes.new": ["New note", "Neue Notiz"],
	"notes.none": ["No notes yet", "Noch keine Notizen"],
	"notes.none-found": ["Nothing fits the search.", "Nichts passt auf die Suche."],
	"notes.search": ["Search notes", "Notizen suchen"],
	"notes.saved": ["The note is saved.", "Die Notiz ist gespeichert."],
	"notes.delete": ["Delete", "Löschen"],
	"notes.deleted": ["“{title}” is deleted.", "„{title}“ ist gelöscht."],
};
