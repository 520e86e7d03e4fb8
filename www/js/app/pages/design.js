// SPDX-License-Identifier: ISC
//
// The design system on one page: every token and every component in its states, on data that is made up.  Words
// are English only; the page is for who builds pages.

import { html, useMemo, useState } from "/js/preact.js";
import { choose } from "/js/app/me.js";
import { prefer, usePreferences } from "/js/app/preferences.js";
import { settle } from "/js/ui/conflict.js";
import {
	Avatar, Avatars, Badge, Bars, Button, Card, Chart, Check, Choice, Columns, Combobox, DateField, DateSpan, Dialog, Difference,
	Empty, Facts, Field, Figure, Form, Icon, Item, List, Menu, Note, Once, Page, PasswordField, PickedBar, Popover, Progress, SearchField,
	Skeleton, Sure, Switch, TabPanel, Table, TagField, Tabs, icons, toast,
} from "/js/ui/index.js";

const COLOURS = ["ground", "surface", "sunken", "ink", "ink-soft", "line", "line-strong", "accent", "accent-soft", "danger", "danger-soft",
	"caution", "caution-soft", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5", "hue-6"];
const SIZES = ["tiny", "small", "text", "large", "title"];
const GAPS = [1, 2, 3, 4, 6, 8];
const LONG = "Wilhelmina Featherstonehaugh-Cholmondeley von und zu Hohenlohe-Langenburg";
const NAMES = ["Ada Example", "Jonas Weber", LONG, "ليلى الحداد", "王小明", "Õie Kask"];
const people = NAMES.map((fullName, i) => ({ id: String(i), fullName }));

// A list as useList() gives it, without a server.
const listOf = (rows, more = {}) => ({ rows, next: null, problem: null, reload() {}, more: null, ...more });
const many = Array.from({ length: 10000 }, (_, i) => ({
	id: `r${i}`, name: NAMES[i % NAMES.length], city: ["Berlin", "Oslo", "Porto", "Kyoto"][i % 4], open: (i * 7919) % 97,
	state: ["active", "pending", "blocked"][i % 3],
}));
const STATES = { active: "good", pending: "fair", blocked: "bad" };

export default function Design() {
	return html`<${Page} title="Design system" about="Everything pages are made of, in all its states." actions=${html`<${Looks} />`}>
		<${Tokens} /><${Buttons} /><${Fields} /><${Tables} /><${Lists} /><${Charts} /><${Over} /><${Rest} />
	<//>`;
}

function Looks() {
	const { density } = usePreferences();

	return html`<${Choice} label="Density" options=${[["calm", "Calm"], ["dense", "Dense"]]} value=${density} set=${(one) => prefer({ density: one })} />
		<${Choice} label="Theme" options=${[["light", "Light", "sun"], ["dark", "Dark", "moon"]]} value=${window.bureauTheme.get()}
			set=${(theme) => { window.bureauTheme.set(theme); choose({ theme }).catch(() => {}); }} />`;
}

function Tokens() {
	return html`<${Card} title="Colour" about="One set of pairs, light and dark."><div class="swatches">${COLOURS.map((one) =>
			html`<div key=${one}><i style=${{ background: `var(--${one})` }} />${one}</div>`)}</div><//>
		<${Card} title="Type">${SIZES.map((one) => html`<p key=${one} style=${{ fontSize: `var(--size-${one})` }}>${one}: everything has its place, and 1,234 things have a number.</p>`)}<//>
		<${Card} title="Space"><div class="spaces">${GAPS.map((n) => html`<div key=${n}><i style=${{ width: `var(--gap-${n})`, height: `var(--gap-${n})` }} />gap-${n}</div>`)}</div><//>
		<${Card} title="Icons"><div class="icons">${icons.map((one) => html`<div key=${one}><${Icon} name=${one} />${one}</div>`)}</div><//>`;
}

function Buttons() {
	return html`<${Card} title="Button, badge, avatar">
		<div class="specimen"><${Button} kind="main" icon="add">Main<//><${Button} icon="download">Quiet<//><${Button} kind="bare">Bare<//>
			<${Button} kind="danger" icon="trash">Danger<//><${Button} kind="bare" class="danger">Bare danger<//><${Button} kind="main" busy>Busy<//>
			<${Button} disabled>Disabled<//><${Button} kind="bare" icon="reload" label="Reload" /><${Button} href="/app/design" icon="link">Link<//>
			<${Sure} label="Delete" question="Delete for good" act=${() => toast("It is gone.")} /></div>
		<div class="specimen"><${Badge}>plain<//><${Badge} kind="good" dot>active<//><${Badge} kind="fair" dot>pending<//><${Badge} kind="bad" dot>blocked<//></div>
		<div class="specimen">${people.map((one) => html`<${Avatar} key=${one.id} name=${one.fullName} here=${one.id === "0"} />`)}<${Avatar} name="Ada Example" size="large" />
			<${Avatar} name="Ada Example" size="small" /><${Avatars} people=${people} label="Six people" /></div>
		<div class="specimen"><kbd>Ctrl K</kbd><kbd>?</kbd></div>
	<//>`;
}

function Fields() {
	const [choice, setChoice] = useState("a");
	const [on, setOn] = useState(true);
	const [span, setSpan] = useState({});
	const options = useMemo(() => people.map((one) => ({ value: one.id, label: one.fullName })), []);

	return html`<${Card} title="Field, combobox, date field, form">
		<${Form} submit="Save" cancel=${() => toast("Nothing was changed.")} draft="design" done=${() => toast("Saved.")} send=${refuse}>
			<div class="pair">
				<${Field} name="name" label="Name" hint="As others see it." required /><${Field} name="mail" type="email" label="E-mail address" wrong="There is no @ in it." defaultValue="ada.example" />
				<${Field} name="role" label="Role" options=${[["a", "employee"], ["b", "manager"]]} /><${PasswordField} name="secret" label="Password" />
				<${Combobox} name="owner" label="Owner" options=${options} hint="Type to find somebody." /><${TagField} name="tags" label="Tags" value=${["north", "وسم"]} options=${["north", "south"]} /><${DateField} name="due" label="Due" />
				<${Field} name="off" label="Out of reach" disabled defaultValue="cannot be changed" /><${Field} as="textarea" name="note" label="Note" />
			</div>
		<//>
		<div class="specimen"><${Check} label="A check" defaultChecked /><${Check} kind="radio" name="one" label="One of them" defaultChecked /><${Switch} label="A switch" hint="In force at once." on=${on} set=${setOn} />
			<${Choice} label="Choice" options=${[["a", "Mine"], ["b", "Team"], ["c", "All"]]} value=${choice} set=${setChoice} /></div>
		<div class="specimen"><${SearchField} label="Search" found=${() => {}} /><${DateSpan} ...${span} set=${setSpan} /></div>
	<//>`;
}

// The name "Nobody" shows a refusal of the server.
async function refuse({ name }) {
	if (name === "Nobody")
		throw Object.assign(new Error("Some fields need attention."), { fields: { name: "Somebody has to be named." } });
}

const COLUMNS = [
	{ name: "name", label: "Name", sort: "name", phone: "title", cell: (row) => html`<span class="person"><${Avatar} name=${row.name} size="small" /><span>${row.name}</span></span>` },
	{ name: "city", label: "City", phone: "about", cell: (row) => row.city },
	{ name: "state", label: "State", phone: "aside", cell: (row) => html`<${Badge} kind=${STATES[row.state]} dot>${row.state}<//>` },
	{ name: "open", label: "Open", sort: "open", end: true, cell: (row) => row.open },
	{ name: "id", label: "Number", off: true, cell: (row) => row.id },
];

function Tables() {
	const [sort, setSort] = useState("name");
	const [picked, pick] = useState(new Set());
	const [shown, setShown] = useState("many");
	const rows = useMemo(() => many.toSorted((a, b) => {
		const key = sort.replace("-", "");
		return (sort.startsWith("-") ? -1 : 1) * (typeof a[key] === "number" ? a[key] - b[key] : a[key].localeCompare(b[key]));
	}), [sort]);
	const list = { many: listOf(rows), one: listOf(rows.slice(0, 1)), none: listOf([]), loading: listOf(null),
		problem: listOf(null, { problem: { message: "The server cannot be reached.", requestId: "019ac1d2-0000-7000-8000-000000000000" } }) }[shown];

	return html`<${Card} title="Table" actions=${html`<${Choice} label="State" value=${shown} set=${setShown}
			options=${[["many", "10,000"], ["one", "1"], ["none", "0"], ["loading", "Loading"], ["problem", "Problem"]]} /><${Columns} name="design" columns=${COLUMNS} />`}>
		<div class="held"><${Table} name="design" label="Made-up rows" list=${list} columns=${COLUMNS} sort=${sort} setSort=${setSort} picked=${picked} pick=${pick}
			acts=${() => [{ label: "Open", icon: "open", act: () => toast("Opened.") }, { label: "Delete", icon: "trash", danger: true, act: () => toast("Deleted.", { action: { label: "Undo", act() {} } }) }]}
			go=${(row) => toast(row.name, { about: "row" })} empty=${{ title: "Nobody yet", children: "Who is added stands here.", action: html`<${Button} kind="main">Add somebody<//>` }} /></div>
		<${PickedBar} picked=${picked} clear=${() => pick(new Set())}><${Button} icon="tag">Tag<//><//>
	<//>`;
}

function Lists() {
	const [tab, setTab] = useState("rows");

	return html`<${Card} title="List, tabs, facts, difference">
		<${Tabs} label="States" here=${tab} go=${setTab} tabs=${[{ name: "rows", label: "Rows", count: 3 }, { name: "empty", label: "Empty" }, { name: "loading", label: "Loading" }, { name: "facts", label: "Facts" }, { name: "diff", label: "Difference" }]} />
		<${TabPanel} name=${tab}>${{
			rows: () => html`<${List} list=${listOf(people.slice(0, 3))} row=${(one) => html`<${Item} key=${one.id} lead=${html`<${Avatar} name=${one.fullName} />`} title=${one.fullName}
				badges=${html`<${Badge} kind="good">active<//>`} about="Something about them" acts=${html`<${Button} kind="bare">Edit<//>`} />`} />`,
			empty: () => html`<${Empty} icon="people" title="Nobody yet" action=${html`<${Button} kind="main" icon="add">Invite somebody<//>`}>Who is invited stands here.<//>`,
			loading: () => html`<${Skeleton} /><${Skeleton} kind="rows" rows=${2} />`,
			facts: () => html`<${Facts} rows=${[["Name", LONG], ["City", "Berlin"], ["Left out", null]]} />`,
			diff: () => html`<${Difference} before=${{ name: "Ada Exampel", city: "Berlin", open: 3, tags: ["a", "b"] }} after=${{ name: "Ada Example", city: "Berlin", open: 1204, tags: ["a"] }} all />`,
		}[tab]()}<//>
	<//>`;
}

const DAY = 86400; // s
const TIMES = Array.from({ length: 30 }, (_, i) => 1764201600 - (29 - i) * DAY);
const SERIES = [{ label: "New", kind: "bars", values: TIMES.map((_, i) => Math.round(9 + 6 * Math.sin(i / 3) + i % 4)) },
	{ label: "Mean", values: TIMES.map((_, i) => Math.round(8 + i / 4)), hue: 2 }];

function Charts() {
	return html`<${Card} title="Chart"><div class="cards"><div class="double"><${Chart} title="New by day" times=${TIMES} series=${SERIES} daily /></div>
		<${Bars} label="By state" rows=${[{ label: "active", value: 812 }, { label: "pending", value: 140 }, { label: LONG, value: 33 }]} /></div>
		<dl class="figures"><${Figure} label="Customers" value="12,480" note="+124 this week" /><${Figure} label="Failed" value="3" kind="bad" /></dl><//>`;
}

function Over() {
	const [open, setOpen] = useState(false);
	const mine = () => settle({ base: { name: "Ada", city: "Berlin" }, mine: { name: "Ada Example", city: "Oslo" }, theirs: { name: "Ada Other", city: "Porto" }, labels: { name: "Name", city: "City" } })
		.then((result) => toast(result ? JSON.stringify(result) : "Given up."));

	return html`<${Card} title="Dialog, menu, popover, toast, conflict"><div class="specimen">
		<${Button} onClick=${() => setOpen(true)}>Dialog<//>
		<${Menu} button=${{ kind: "quiet", icon: "down" }} words="Menu" label="Menu" items=${[{ label: "Rename", icon: "edit", act() {} }, { label: "Ticked", checked: true, act() {} }, null, { label: "Delete", icon: "trash", danger: true, act() {} }]} />
		<${Popover} button=${{ kind: "quiet", icon: "filter" }} words="Popover" label="Filter">${() => html`<${Field} label="City" />`}<//>
		<${Button} onClick=${() => toast("Nine customers are archived.", { action: { label: "Undo", act: () => toast("They are back.") } })}>Toast with undo<//>
		<${Button} onClick=${() => toast("The server cannot be reached.", { kind: "bad" })}>Bad toast<//>
		<${Button} onClick=${mine}>Conflict<//></div>
		${open && html`<${Dialog} title="A short task" close=${() => setOpen(false)} actions=${html`<${Button} kind="bare" onClick=${() => setOpen(false)}>Cancel<//><${Button} kind="main" onClick=${() => setOpen(false)}>Do it<//>`}>
			<p>What is asked here is over in a moment.</p><${Field} label="Name" /><//>`}
	<//>`;
}

function Rest() {
	return html`<${Card} title="Note, secret, progress"><${Note}>A plain note.<//><${Note} kind="good">Something went well.<//><${Note} kind="caution">Something needs care.<//>
		<${Note} kind="danger" again=${() => {}}>Something went wrong.<//><${Once} secret="bur_made-up-and-shown-once" title="Here it is." about="Shown this once." close=${() => {}} />
		<${Progress} label="Import" value=${0.42} note="4,200 of 10,000" /><${Progress} label="Export" /><//>`;
}
