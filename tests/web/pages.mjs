// pages.mjs ROUTES BASE EMPTY: every page of the collector at BASE in Chromium, and the front page of one that has
// heard of nobody; prints what breaks a rule and ends with 1.
import {createServer} from 'node:http';
import {launch, WIDTHS} from './browser.mjs';
import {inLang, LANGS, pages} from './site.mjs';
import * as keys from './keys.mjs';
import * as rules from './rules.mjs';

const [routes, base, empty] = process.argv.slice(2);
const failures = new Set(); // what was said: the same in another width is said once
const links = new Map();
let checks = 0;

function report(where, wrong) {
	checks++;
	for (const {rule, element, why} of wrong) {
		const what = `${rule}: ${element}: ${why}`;
		const at = `${where.path} lang=${where.lang} width=${where.width} ${where.dark ? 'dark' : 'light'} ` +
			`script=${where.script ? 'on' : 'off'}`;
		if (!failures.has(what))
			console.log(`${at}\n\t${what}`);
		failures.add(what);
	}
}

// The first address of each shape is enough: the same page with the same parameters.
async function gather(page, origin) {
	for (const href of await page.evaluate(() => [...document.querySelectorAll('[href]')].map((e) => e.href.baseVal ?? e.href))) {
		const url = new URL(href, page.url());
		const shape = url.origin + url.pathname.replace(/^(.*\/(region|isp))\/.*/, '$1') + [...url.searchParams.keys()];
		if (url.origin === origin && !links.has(shape))
			links.set(shape, url.href);
	}
}

async function look(page, where) {
	report(where, await rules.width(page));
	report(where, await rules.axe(page, false));
	if (!where.script) // which adds nothing that has colours of its own
		return;
	where.dark = true;
	await page.emulateMedia({colorScheme: 'dark'});
	report(where, await rules.axe(page, true));
	await page.emulateMedia({colorScheme: 'light'});
	where.dark = false;
}

const unfold = (page, open) =>
	page.evaluate((open) => document.querySelectorAll('details').forEach((d) => { d.open = open; }), open);

async function visit(context, origin, where) {
	const page = await context.newPage();
	page.on('request', (r) => {
		if (!r.url().startsWith(origin + '/') && !r.url().startsWith('data:'))
			report(where, [{rule: 'other host', element: r.url(), why: 'asked for'}]);
	});
	page.on('pageerror', (e) => report(where, [{rule: 'script', element: e.message, why: 'thrown'}]));
	page.on('console', (m) => {
		// The browser says that itself of a page that is meant to be missing.
		if (['error', 'warning'].includes(m.type()) && !/404 \(Not Found\)/.test(m.text()))
			report(where, [{rule: 'console', element: m.text(), why: m.location().url}]);
	});
	await page.setViewportSize(WIDTHS.phone);
	where.width = WIDTHS.phone.width;
	const answer = await page.goto(origin + where.path, {waitUntil: 'load'});
	if (answer.status() !== (where.path.includes('IR-99') ? 404 : 200))
		report(where, [{rule: 'status', element: where.path, why: String(answer.status())}]);
	report(where, await rules.frame(page, where.lang));
	report(where, await rules.oneLanguage(page, where.lang));
	report(where, await rules.font(page, where.lang));
	report(where, await rules.twins(page));
	report(where, await rules.named(page));
	report(where, await rules.width(page));
	if (where.script && !where.path.includes('/embed/')) { // which has none
		report(where, await keys.tab(page));
		report(where, await keys.cells(page));
		await gather(page, origin);
	}
	await unfold(page, true);
	await look(page, where);
	await unfold(page, false);
	await page.setViewportSize(WIDTHS.desktop);
	where.width = WIDTHS.desktop.width;
	await look(page, where);
	await page.close();
}

async function follow() {
	for (const url of links.values()) {
		const answer = await fetch(url);
		await answer.body.cancel(); // a stream has no end
		report({path: url, lang: '-', width: '-'}, answer.ok ? [] :
			[{rule: 'link', element: url, why: String(answer.status)}]);
	}
}

// A page of another site shows a chart, and can't show a page.
async function framed(browser) {
	const inside = (path) => `<iframe src="${base}${path}" title="${path}"></iframe>`;
	const other = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end(
		inside('/embed/region/IR-23') + inside('/fa/embed/country') + inside('/region/IR-23')));
	await new Promise((done) => other.listen(0, '127.0.0.1', done));
	const page = await browser.newPage();
	await page.goto(`http://127.0.0.1:${other.address().port}/`, {waitUntil: 'load'});
	const shown = await Promise.all(page.frames().slice(1).map((f) => f.locator('main h1, main svg').count()));
	if (!(shown[0] > 1 && shown[1] > 1 && shown[2] === 0))
		report({path: 'a page of another site', lang: '-', width: '-'},
			[{rule: 'framed', element: 'iframe', why: `parts shown: ${shown}`}]);
	await page.close();
	other.close();
}

const browser = await launch();
const found = await pages(routes, base);
for (const script of [true, false]) {
	const context = await browser.newContext({timezoneId: 'America/New_York'});
	// Pages without their script: with none at all axe would not run either.
	if (!script)
		await context.route('**/*.js*', (r) => r.fulfill({contentType: 'text/javascript', body: ''}));
	for (const lang of LANGS) {
		for (const path of found)
			await visit(context, base, {path: inLang(path, lang), lang, script});
		await visit(context, empty, {path: inLang('/', lang), lang, script});
	}
	await context.close();
}
await framed(browser);
await browser.close();
await follow();
console.log(`${found.length + 1} pages, ${LANGS.length} languages, ${checks} checks, ${links.size} links: ` +
	`${failures.size} failures`);
process.exitCode = failures.size ? 1 : 0;
