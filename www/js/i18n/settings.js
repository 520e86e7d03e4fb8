// SPDX-License-Identifier: ISC
//
// Words of the pages of settings.

export default {
	"settings.about": ["How Bureau looks and speaks to you.", "Wie Bureau für Sie aussieht und zu Ihnen spricht."],
	"settings.own": ["Your own", "Ihre eigenen"],
	"settings.installation": ["Installation", "Installation"],
	"settings.docs": ["API documentation", "API-Dokumentation"],
	"settings.docs-about": ["Every call of the API, with what it takes and answers.", "Alle Aufrufe der Schnittstelle, mit dem, was sie nehmen und antworten."],

	"installation.about": ["What is in force, to read. It is changed in the file or the environment, and taken over by a reload.",
		"Was gilt, zum Lesen. Geändert wird es in der Datei oder der Umgebung, übernommen mit einem Neuladen."],
	"installation.file": ["The file that was read is {file}.", "Gelesen wurde die Datei {file}."],
	"installation.no-file": ["No file was read.", "Es wurde keine Datei gelesen."],
	"installation.search": ["Search settings", "Einstellungen suchen"],
	"installation.which": ["Which", "Welche"],
	"installation.all": ["All", "Alle"],
	"installation.set": ["Not the default", "Nicht die Vorgabe"],
	"installation.name": ["Setting", "Einstellung"],
	"installation.value": ["Value", "Wert"],
	"installation.source": ["From", "Woher"],
	"installation.doc": ["What it does", "Was sie bewirkt"],
	"installation.empty": ["empty", "leer"],
	"installation.secret-set": ["set, not shown", "gesetzt, wird nicht gezeigt"],
	"installation.secret-unset": ["not set", "nicht gesetzt"],
	"installation.default": ["Default: {value}", "Vorgabe: {value}"],
	"installation.source.default": ["default", "Vorgabe"],
	"installation.source.file": ["file", "Datei"],
	"installation.source.environment": ["environment", "Umgebung"],
	"installation.source.bureau": ["Bureau itself", "Bureau selbst"],
	"installation.none": ["No setting fits.", "Keine Einstellung passt."],
};
