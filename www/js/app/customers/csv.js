// SPDX-License-Identifier: ISC
//
// The beginning of a file of customers, as the server will read it: to show its columns and guess what is what.

const MOST = 65536; // bytes that are looked at
const LINES = 6; // and lines of them

const isWide = (bytes) => (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

// The file as the server takes it.  What is no Unicode is what spreadsheets on Windows write; null: no text at all.
export async function inUnicode(file) {
	const bytes = new Uint8Array(await file.arrayBuffer());

	if (isWide(bytes))
		return { file };
	if (bytes.subarray(0, MOST).includes(0))
		return null;
	try {
		new TextDecoder("utf-8", { fatal: true }).decode(bytes);
		return { file };
	} catch {
		const text = new TextDecoder("windows-1252").decode(bytes);
		return { file: new File([text], file.name, { type: "text/csv", lastModified: file.lastModified }), isConverted: true };
	}
}

export async function peek(file) {
	const bytes = new Uint8Array(await file.slice(0, MOST).arrayBuffer());
	const text = decoded(bytes);
	const rows = lines(text, separator(text));

	return { header: rows[0] ?? [], samples: rows.slice(1, LINES) };
}

function decoded(bytes) {
	return new TextDecoder(!isWide(bytes) ? "utf-8" : bytes[0] === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
}

// The one that the first line has most of, outside of quotes.
function separator(text) {
	const first = text.split(/\r?\n/, 1)[0].replace(/"[^"]*"/g, "");
	const count = (mark) => first.split(mark).length;

	return [",", ";", "\t"].toSorted((a, b) => count(b) - count(a))[0];
}

function lines(text, mark) {
	const rows = [];
	let row = [];
	let cell = "";
	let isQuoted = false;

	for (let i = 0; i < text.length && rows.length < LINES; i++) {
		const c = text[i];
		if (isQuoted && c === '"' && text[i + 1] === '"') {
			cell += '"';
			i++;
		} else if (c === '"' && (isQuoted || cell === ""))
			isQuoted = !isQuoted;
		else if (isQuoted)
			cell += c;
		else if (c === mark || c === "\n") {
			row.push(cell.replace(/\r$/, ""));
			cell = "";
			if (c === "\n") {
				if (row.length > 1 || row[0] !== "")
					rows.push(row);
				row = [];
			}
		} else
			cell += c;
	}
	if (rows.length < LINES && (cell !== "" || row.length > 0))
		rows.push([...row, cell.replace(/\r$/, "")]);
	return rows;
}

export const FIELDS = ["name", "company", "email", "phone", "countryCode", "status", "tags", "ownerId"];

// What columns are called elsewhere, in small letters and without what is between words.
const CALLED = {
	name: ["name", "fullname", "customer", "customername", "contact", "kunde", "kundenname", "vollername", "ansprechpartner"],
	company: ["company", "companyname", "organisation", "organization", "firma", "unternehmen"],
	email: ["email", "emailaddress", "mail", "emailadresse"],
	phone: ["phone", "phonenumber", "telephone", "mobile", "tel", "telefon", "telefonnummer", "handy", "mobil"],
	countryCode: ["countrycode", "country", "land", "landcode", "laendercode", "ländercode"],
	status: ["status", "state", "zustand"],
	tags: ["tags", "labels", "schlagwörter", "schlagworte", "stichworte"],
	ownerId: ["ownerid"],
};

// By field or custom field, for each column; "" leaves it out.
export function guess(header, customNames = []) {
	const taken = new Set();

	return header.map((title) => {
		const plain = title.toLocaleLowerCase().replace(/[^\p{L}\p{N}.]/gu, "");
		const custom = customNames.find((name) => name === title || `customFields.${name}` === title);
		const field = FIELDS.find((one) => CALLED[one].includes(plain)) ?? (custom && `customFields.${custom}`) ?? (/^customFields\../.test(title) ? title : "");
		if (taken.has(field))
			return "";
		taken.add(field);
		return field;
	});
}
