// site.mjs: which pages there are: every PAGE row of routes.def, in every language.
import {readdirSync, readFileSync} from 'node:fs';

// What stands for '*' in a row's path, in the demonstration's country, and what a reader may get wrong.
const EXAMPLES = {
	'/region/*': ['/region/IR-23?range=7d'],
	'/isp/*': ['/isp/AS197207'],
	'/embed/region/*': ['/embed/region/IR-23?range=7d'],
	'/embed/isp/*': ['/embed/isp/AS197207'],
};
const MORE = ['/compare?region=IR-23&region=IR-07&range=7d', '/region/IR-99'];
// By code, in the order of their names: what the first line of each file says.
const FILES = 'collector/lang/';
export const DIRECTIONS = Object.fromEntries(readdirSync(FILES).filter((name) => name.endsWith('.def')).map((name) =>
	readFileSync(FILES + name, 'utf8').match(/^LANGUAGE\(\w+, "([^"]+)", "[^"]+", "(ltr|rtl)"/).slice(1)));
export const LANGS = Object.keys(DIRECTIONS);

function rows(file) {
	return [...readFileSync(file, 'utf8').matchAll(
		/^ROUTE\(\w+, "([^"]+)", (\w+), .*, (\w+), "([^"]*)", "[^"]*"\)$/gm)]
		.map(([, path, methods, formats, example]) => ({path, methods, formats, example}));
}

export async function newestEvent(base) {
	const answer = await fetch(base + '/api/v1/events?by=country&from=-30d');
	const {events: [event]} = await answer.json();
	return '/event/' + event.id;
}

// Paths with their query, as in English. Rows that give pictures or feeds alone are no pages.
export async function pages(file, base) {
	const found = [];
	for (const row of rows(file)) {
		if (!['PAGE', 'EMBED'].includes(row.methods) || !row.formats.startsWith('HTML'))
			continue;
		if (!row.path.endsWith('*'))
			found.push(row.example.split('?')[0] === row.path ? row.example : row.path);
		else if (row.path.endsWith('/event/*'))
			found.push(row.path.replace('/event/*', '') + await newestEvent(base));
		else if (EXAMPLES[row.path])
			found.push(...EXAMPLES[row.path]);
		else
			throw new Error(`${row.path} has no example in tests/web/site.mjs`);
	}
	if (!found.length)
		throw new Error(`${file} has no pages`);
	return [...found, ...MORE];
}

export const inLang = (path, lang) => lang === 'en' ? path : `/${lang}${path}`;
