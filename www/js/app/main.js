// SPDX-License-Identifier: ISC
//
// The signed-in part, one document for every address under /app/: who this is, then the shell around the page
// that the address names.  Without a session it leads to the sign-in page and from there back here.

import { html, render, useLayoutEffect, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t, words } from "/js/i18n/index.js";
import ui from "/js/i18n/ui.js";
import shell from "/js/i18n/shell.js";
import { lost, whenBack } from "/js/app/connection.js";
import { learn } from "/js/app/features.js";
import { loadMe, toSignIn, useMe } from "/js/app/me.js";
import { pageAt } from "/js/app/page-at.js";
import { apply } from "/js/app/preferences.js";
import { current, navigate, startRouter } from "/js/app/router.js";
import { startShortcuts } from "/js/app/shortcuts.js";
import { Shell } from "/js/app/shell/frame.js";
import { Note } from "/js/ui/note.js";

// Where the account page had its places, for who kept an address of then.
const ONCE = { "#password": "/app/profile/password", "#sessions": "/app/profile/sessions", "#tokens": "/app/profile/tokens",
	"#people": "/app/people" };

words(ui);
words(shell);
apply();
api.onSignedOut(toSignIn);
api.onNetwork({ lost, whenBack });
startRouter(() => document.getElementById("content"));
startShortcuts();
if (ONCE[location.hash])
	navigate(ONCE[location.hash], { replace: true });
const place = document.getElementById("app");
place.replaceChildren();
render(html`<${App} />`, place);

function App() {
	const me = useMe();
	const [problem, setProblem] = useState(null);
	const load = () => {
		setProblem(null);
		loadMe().catch(setProblem);
		learn();
		pageAt(current().path).page?.load().catch(() => {}); // whoever shows it tells what is wrong
	};

	useLayoutEffect(load, []); // all at once: one after the other would be a way to the server more each
	if (problem)
		return html`<main class="plain"><div class="notice"><h1>${t("app.unready")}</h1><${Note} problem=${problem} again=${load} /></div></main>`;
	return me && html`<${Shell} />`;
}
