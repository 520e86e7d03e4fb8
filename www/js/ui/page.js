// SPDX-License-Identifier: ISC
//
// The frame of a page: its heading, what can be done on all of it, tools under them, the content and,
// beside that, the record that is open.

import { html, useEffect } from "/js/preact.js";

// fill: the content takes the height of the window and scrolls within itself, as a table does.
export function Page({ title, about, actions, tools, tabs, drawer, fill, narrow, children }) {
	useEffect(() => { document.title = `${title} · Bureau`; }, [title]);
	return html`<div class=${`page ${fill ? "fill" : ""} ${narrow ? "narrow" : ""} ${drawer ? "beside" : ""}`}>
		<div class="main">
			<header class="page-head">
				<div><h1 tabindex="-1">${title}</h1>${about && html`<p class="soft">${about}</p>`}</div>
				${actions && html`<div class="acts">${actions}</div>`}
			</header>
			${tabs}
			${tools && html`<div class="tools">${tools}</div>`}
			${children}
		</div>
		${drawer}
	</div>`;
}
