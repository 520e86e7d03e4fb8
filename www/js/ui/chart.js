// SPDX-License-Identifier: ISC
//
// Charts: lines and bars over time by uPlot, which is loaded where the first one is drawn, and bars of kinds
// by ourselves.  Each can be read as a table, too.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import { date, dateTime, number, t } from "/js/i18n/index.js";
import { Button } from "/js/ui/button.js";

let loading;

// uPlot is a classic script that leaves one global behind.
function uplot() {
	loading ??= new Promise((resolve, reject) => {
		const script = document.createElement("script");
		const style = document.createElement("link");
		style.rel = "stylesheet";
		style.href = "/vendor/uplot.css";
		script.src = "/vendor/uplot.js";
		script.onload = () => resolve(window.uPlot);
		script.onerror = reject;
		document.head.append(style, script);
	});
	return loading;
}

// times: seconds since 1970 · series: { label, values, kind: "line" | "bars", hue: 1…6 } · daily: no clock.
export function Chart({ title, times, series, height = 180, daily, unit = "" }) {
	const place = useRef(null);
	const [isTable, setTable] = useState(false);
	const when = (at) => (daily ? date : dateTime)(new Date(at * 1000).toISOString());

	useEffect(() => {
		if (isTable)
			return undefined;
		let plot;
		let isOver = false;
		const draw = async () => {
			const Plot = await uplot();
			if (isOver)
				return;
			plot?.destroy();
			plot = new Plot(options(Plot, place.current, { series, height, daily, unit }),
				[times, ...series.map((one) => one.values)], place.current);
		};
		const watch = new ResizeObserver(([{ contentRect }]) => plot?.setSize({ width: Math.floor(contentRect.width), height }));
		draw();
		watch.observe(place.current);
		window.addEventListener("bureau-theme", draw);
		return () => {
			isOver = true;
			watch.disconnect();
			window.removeEventListener("bureau-theme", draw);
			plot?.destroy();
		};
	}, [times, series, isTable, height]);
	return html`<figure class="chart">
		<figcaption><span class="keys">${series.map((one, i) => html`<span key=${one.label}><i class=${`swatch hue-${one.hue ?? i + 1}`} />${one.label}</span>`)}</span>
			<${Button} kind="bare" icon=${isTable ? "chart" : "columns"} label=${t(isTable ? "chart.as-chart" : "chart.as-table")} onClick=${() => setTable(!isTable)} /></figcaption>
		${isTable ? html`<div class="values" tabindex="0" role="region" aria-label=${title}><table><thead><tr><th scope="col">${t("chart.time")}</th>${series.map((one) =>
				html`<th scope="col" key=${one.label}>${one.label}</th>`)}</tr></thead>
			<tbody>${times.map((at, i) => html`<tr key=${at}><th scope="row">${when(at)}</th>${series.map((one) =>
				html`<td key=${one.label}>${one.values[i] === null ? "–" : number(one.values[i])}</td>`)}</tr>`)}</tbody></table></div>` :
			html`<div class="plot" role="img" aria-label=${summary(title, series)} ref=${place} style=${{ minHeight: `${height}px` }} />`}
	</figure>`;
}

function summary(title, series) {
	return `${title}: ${series.map((one) => `${one.label} ${number(one.values.at(-1) ?? 0)}`).join(", ")}`;
}

function options(Plot, place, { series, height, daily, unit }) {
	const style = getComputedStyle(place);
	const probe = document.createElement("span");
	place.append(probe);
	const tone = (name) => {
		probe.style.color = `var(--${name})`;
		return getComputedStyle(probe).color;
	};
	const font = `${parseFloat(style.fontSize)}px ${style.fontFamily}`;
	const axis = { stroke: tone("ink-soft"), font, grid: { stroke: tone("line"), width: 1 }, ticks: { show: false }, gap: 6 };
	const lines = series.map((one, i) => ({
		label: one.label, stroke: tone(`hue-${one.hue ?? i + 1}`), width: 1.75, points: { show: false },
		...(one.kind === "bars" ? { fill: tone(`hue-${one.hue ?? i + 1}`), width: 0, paths: Plot.paths.bars({ size: [0.62, 28], radius: 0.15 }) } :
			{ fill: i === 0 ? tone(`hue-${one.hue ?? 1}`).replace(/^rgb\((.*)\)$/, "rgba($1, 0.09)") : undefined, paths: Plot.paths.spline() }),
	}));
	const stamp = new Intl.DateTimeFormat(document.documentElement.lang, daily ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" });

	probe.remove();
	return {
		width: Math.max(100, Math.floor(place.clientWidth)), height, legend: { show: false }, padding: [8, 22, 0, 0],
		cursor: { points: { size: 7 }, drag: { x: false, y: false } },
		scales: { x: { time: true, range: (_, low, high) => widened(low, high, series) }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(1, (high ?? 1) * 1.08)] } },
		series: [{}, ...lines],
		axes: [{ ...axis, grid: { show: false }, size: 26, space: 70, values: (_, at) => at.map((one) => stamp.format(one * 1000)) },
			{ ...axis, size: 46, space: 26, values: (_, at) => at.map((one) => (Number.isInteger(one) ? number(one, { notation: "compact" }) + unit : "")) }],
	};
}

// The first and the last bar are whole.
function widened(low, high, series) {
	const bars = series.find((one) => one.kind === "bars");
	const step = bars && bars.values.length > 1 ? (high - low) / (bars.values.length - 1) / 2 : 0;

	return [low - step, high + step];
}

// How much of each kind: rows of { label, value, hue?, href? }, longest first as given.
export function Bars({ rows, label }) {
	const most = Math.max(1, ...rows.map((row) => row.value));

	return html`<ul class="bars" aria-label=${label}>${rows.map((row, i) => html`<li key=${row.label}>
		<span class="name" dir="auto">${row.href ? html`<a href=${row.href}>${row.label}</a>` : row.label}</span><span class="number">${number(row.value)}</span>
		<span class="track" aria-hidden="true"><i class=${`hue-${row.hue ?? i % 6 + 1}`} style=${{ inlineSize: `${100 * row.value / most}%` }} /></span></li>`)}</ul>`;
}
