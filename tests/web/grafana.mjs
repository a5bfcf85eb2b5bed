// grafana.mjs DASHBOARD STATES BASE: every query of the dashboard for Grafana, put to the collector at BASE as Grafana and
// its Infinity data source would put it, and what comes back taken apart as they would: variables and macros, root selector
// (JSONata), columns with their types, series of a panel. Grafana itself is neither in Debian nor on npm, so that nobody
// looks at the panels here. STATES is state.def. Prints what is wrong and ends with 1.
import {parse} from 'csv-parse/sync';
import jsonata from 'jsonata';
import {readFileSync} from 'node:fs';

const [file, states, base] = process.argv.slice(2);
const dashboard = JSON.parse(readFileSync(file, 'utf8'));
const DAY_S = 86400;
const RANGES = [1, 7, 30]; // days
const wrong = new Set();
const filled = new Map(); // a column of a query -> values in it, over all ranges
let queries = 0, rows = 0;

const say = (where, what) => wrong.add(`${where}: ${what}`);

// --- what Grafana makes of a query ---

// $__customInterval(2d,900,3600): 900 for two days at most, else 3600
function customInterval(text, range) {
	return text.replace(/\$__customInterval\(([^)]*)\)/g, (_, list) => {
		const words = list.split(',');
		for (let i = 0; i + 1 < words.length; i += 2)
			if (range.until - range.from <= parseInt(words[i]) * DAY_S)
				return words[i + 1];
		return words.at(-1);
	});
}

function fill(text, range, variables) {
	const known = {'__from:date:seconds': range.from, '__to:date:seconds': range.until, ...variables};
	return customInterval(text.replace(/\$\{([^}]+)\}/g, (all, name) => known[name] ?? all), range);
}

// The list that a query selects of its answer.
async function answer(where, query, range, variables) {
	const url = new URL(base + query.url);
	for (const {key, value} of query.url_options.params)
		url.searchParams.append(key, fill(value, range, variables));
	if (url.href.includes('$'))
		say(where, `what is ${url.search}?`);
	const reply = await fetch(url);
	queries++;
	if (!reply.ok) {
		say(where, `${url.search}: ${reply.status} ${(await reply.json()).detail}`);
		return [];
	}
	if (query.type === 'csv')
		return parse(await reply.text(), {columns: true, cast: (text) => text || null});
	return await jsonata(query.root_selector).evaluate(await reply.json()) ?? [];
}

// A value as its column has it; undefined when it is no such thing.
function typed(value, type, isText) {
	if (value === null)
		return null;
	if (type === 'number' && isText)
		return Number.isNaN(Number(value)) ? undefined : Number(value);
	if (type === 'timestamp')
		return Number.isNaN(Date.parse(value)) ? undefined : Date.parse(value);
	return typeof value === type ? value : undefined;
}

// The rows of a query, by the titles of their columns.
async function table(where, query, range, variables) {
	const found = [];
	for (const entry of await answer(where, query, range, variables)) {
		const row = {};
		for (const {selector, text, type} of query.columns) {
			const value = query.type === 'csv' ? entry[selector] : await jsonata(selector).evaluate(entry);
			row[text] = typed(value, type, query.type === 'csv');
			if (row[text] === undefined)
				say(where, `${selector} is no ${type}`);
		}
		found.push(row);
	}
	for (const {text} of query.columns) {
		const column = `${where}, ${text}`;
		filled.set(column, (filled.get(column) ?? 0) + found.filter((row) => row[text] !== null).length);
	}
	rows += found.length;
	return found;
}

// --- what each kind of panel needs ---

const named = [...readFileSync(states, 'utf8').matchAll(/^STATE\(\w+, "([^"]+)"/gm)].map(([, name]) => name);

function judgeMappings(where, panel) {
	const mapped = panel.fieldConfig.defaults.mappings?.flatMap((m) => Object.keys(m.options)) ?? [];
	if (mapped.length && mapped.sort().join() !== [...named].sort().join())
		say(where, `colours are for ${mapped}`);
}

// The transformation that makes a series of each value of a field.
function judgeSeries(where, panel, found) {
	const [{id, options: {fields: [field]}}] = panel.transformations;
	const value = panel.targets[0].columns.map((c) => c.text).find((text) => text !== 'time' && text !== field);
	const last = new Map();
	if (id !== 'partitionByValues' || panel.fieldConfig.defaults.displayName !== `\${__field.labels.${field}}`)
		say(where, `series are not called by their ${field}`);
	for (const row of found) {
		if (row[field] === null)
			say(where, `a row has no ${field}`);
		if (row.time <= last.get(row[field]))
			say(where, `time goes backwards in ${row[field]}`);
		last.set(row[field], row.time);
		if (panel.type === 'state-timeline' && !named.includes(row[value]))
			say(where, `${row[value]} is no state`);
		if (panel.type === 'timeseries' && row[value] !== null && !(row[value] >= 0 && row[value] <= 1))
			say(where, `${row[value]} is no share`);
	}
	return last.size;
}

async function judgePanel(panel, range, variables) {
	const found = await table(panel.title, panel.targets[0], range, variables);
	judgeMappings(panel.title, panel);
	if (panel.type !== 'table' && judgeSeries(panel.title, panel, found) < 2)
		say(panel.title, 'less than two series');
}

async function judgeVariables(range) {
	const variables = {};
	for (const {name, type, query} of dashboard.templating.list) {
		if (type !== 'query')
			continue;
		const choices = await table(name, query.infinityQuery, range, variables);
		variables[name] = choices.find((row) => row.__text === 'Tehran')?.__value;
	}
	return variables;
}

async function judgeAnnotations(range, variables) {
	for (const {name, target} of dashboard.annotations.list) {
		const columns = target.columns.map((c) => c.text).sort().join();
		if (columns !== 'tags,text,time,timeEnd,title')
			say(name, `an annotation of ${columns}`);
		for (const row of await table(name, target, range, variables))
			if (!row.time || !row.text || (row.timeEnd && row.timeEnd < row.time))
				say(name, `no annotation: ${JSON.stringify(row)}`);
	}
}

const newest = await (await fetch(base + '/api/v1/timeline?by=country&from=-1h')).json();
const until = Date.parse(newest.until) / 1000;
for (const days of RANGES) {
	const range = {from: until - days * DAY_S, until};
	const variables = await judgeVariables(range);
	await judgeAnnotations(range, variables);
	for (const panel of dashboard.panels)
		await judgePanel(panel, range, variables);
}
for (const [column, n] of filled)
	if (!n)
		say(column, 'never has a value');
wrong.forEach((line) => console.log(line));
console.log(`dashboard for Grafana: ${queries} queries, ${rows} rows: ${wrong.size} failures`);
process.exitCode = wrong.size ? 1 : 0;
