// SPDX-License-Identifier: ISC
//
// What somebody signed in with, from what their program calls itself.

import { t } from "/js/i18n/index.js";

// A browser and a system in plain words, from what the program calls itself.
export function device(agent = "") {
	const browser = [[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"],
		[/Safari\//, "Safari"], [/curl\//, "curl"]].find(([pattern]) => pattern.test(agent))?.[1];
	const system = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"],
		[/Linux/, "Linux"]].find(([pattern]) => pattern.test(agent))?.[1];
	const icon = /Mobile|Android|iPhone/.test(agent) ? "phone" : browser === "curl" || !browser ? "terminal" : "screen";
	const name = browser && system ? t("sessions.device", { browser, system }) : browser ?? system ?? (agent.slice(0, 60) || t("sessions.unknown"));

	return { icon, name };
}
