// SPDX-License-Identifier: ISC
//
// Words of the components, wherever they stand.

export default {
	"actions": ["Actions", "Aktionen"],
	"clear": ["Clear", "Leeren"],
	"close": ["Close", "Schließen"],
	"no": ["No", "Nein"],
	"nothing": ["Nothing was found.", "Nichts gefunden."],
	"or": ["or", "oder"],
	"request": ["Request", "Anfrage"],
	"take-off": ["Take off", "Entfernen"],
	"yes": ["Yes", "Ja"],

	"chart.as-chart": ["Show as a chart", "Als Diagramm zeigen"],
	"chart.as-table": ["Show as a table", "Als Tabelle zeigen"],
	"chart.time": ["Time", "Zeit"],

	"conflict.title": ["Somebody else changed this meanwhile", "Jemand anderes hat dies inzwischen geändert"],
	"conflict.about": ["Choose what shall hold. All else of yours and theirs is kept.",
		"Wählen Sie, was gelten soll. Alles andere, Ihres wie deren, bleibt erhalten."],
	"conflict.merged": ["Somebody else changed this meanwhile; both changes are kept.",
		"Jemand anderes hat dies inzwischen geändert; beide Änderungen sind erhalten."],
	"conflict.mine": ["Yours", "Ihres"],
	"conflict.theirs": ["Theirs", "Deren"],
	"conflict.save": ["Save the choice", "Auswahl speichern"],

	"diff.after": ["after:", "nachher:"],
	"diff.before": ["before:", "vorher:"],
	"diff.none": ["Nothing differs.", "Kein Unterschied."],

	"draft.restored": ["What you had typed is back.", "Ihre Eingaben sind wieder da."],
	"draft.discard": ["Discard it", "Verwerfen"],

	"span.from": ["From", "Von"],
	"span.to": ["To", "Bis"],
	"span.week": ["7 days", "7 Tage"],
	"span.month": ["30 days", "30 Tage"],
	"span.quarter": ["90 days", "90 Tage"],

	"table.all": [{ one: "{n} row", other: "{n} rows" }, { one: "{n} Zeile", other: "{n} Zeilen" }],
	"table.of": ["{shown} of {n} rows", "{shown} von {n} Zeilen"],
	"table.some": ["{shown} rows, and more", "{shown} Zeilen, und mehr"],
	"table.picked-part": ["(those shown so far)", "(die bisher gezeigten)"],
	"table.clear": ["Clear the selection", "Auswahl aufheben"],
	"table.edit": ["Edit: {what}", "Bearbeiten: {what}"],
	"table.columns": ["Columns", "Spalten"],
	"table.pick": ["Select the row", "Zeile auswählen"],
	"table.pick-all": ["Select all rows shown", "Alle gezeigten Zeilen auswählen"],
	"table.picked": [{ one: "{n} selected", other: "{n} selected" }, { one: "{n} ausgewählt", other: "{n} ausgewählt" }],
	"table.picked-region": ["What to do with the selection", "Was mit der Auswahl geschehen soll"],
};
