// documents.mjs BASE MONTH: what a collector gives to programs of others, read by such programs: the citations of an event
// by a CSL processor, /openapi.json by a validator of OpenAPI, and the data package in the folder MONTH by the reader of
// Frictionless, which knows what such a package has to be. Prints what is wrong and ends with 1.
import {Cite} from '@citation-js/core';
import '@citation-js/plugin-csl';
import '@citation-js/plugin-bibtex';
import '@citation-js/plugin-ris';
import {Validator} from '@seriousme/openapi-schema-validator';
import {createRequire} from 'node:module';
import {inLang, LANGS, newestEvent} from './site.mjs';

const {Package} = createRequire(import.meta.url)('datapackage');
const [base, month] = process.argv.slice(2);
const ROWS = 2000; // of each table: it takes its time
const wrong = [];
let read = 0;

function same(where, what, got, want) {
	read++;
	if (JSON.stringify(got) !== JSON.stringify(want))
		wrong.push(`${where}: ${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
}

const ENTITIES = {'&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&#39;': '\''};
const plain = (html) => html.replace(/&(lt|gt|amp|quot|#39);/g, (e) => ENTITIES[e]);

// What a reader copies from the page of an event, by the name of its form. The first is named in the language of the page.
async function citations(path) {
	const page = await (await fetch(base + path)).text();
	const [section] = page.match(/<section class="cite">.*?<\/section>/s);
	return new Map([...section.matchAll(/<summary(?: lang="en")?>([^<]+)<\/summary>\s*<pre[^>]*>([^<]*)<\/pre>/g)]
		.map(([, style, text], i) => [i ? style : 'Text', plain(text)]));
}

// RIS and BibTeX tell no names of people from others.
const names = (entry) => entry.author.map((a) => a.literal ?? a.family);
const date = (entry) => entry.issued['date-parts'][0].slice(0, 2);

// All forms say the same, as far as they have a place for it; what they say is where it came from.
async function judge(path, lang) {
	const forms = await citations(path);
	same(path, 'forms', ['BibTeX', 'RIS', 'CSL-JSON', 'Wikipedia'].filter((style) => !forms.has(style)), []);
	const [csl] = new Cite(forms.get('CSL-JSON')).data;
	const bibliography = new Cite(csl).format('bibliography', {template: 'apa', lang: 'en-US'});
	for (const part of [csl.title, ...names(csl), csl.URL])
		same(path, 'in a bibliography of APA', bibliography.includes(part), true);
	same(path, 'kind', csl.type, 'dataset');
	for (const style of ['BibTeX', 'RIS']) {
		const [entry] = new Cite(forms.get(style)).data;
		for (const field of ['title', 'URL', 'note', 'language'])
			same(path, `${field} of ${style}`, entry[field], csl[field]);
		same(path, `author of ${style}`, names(entry), names(csl));
		same(path, `date of ${style}`, date(entry), date(csl));
	}
	same(path, 'language', csl.language, lang);
	const pinned = await fetch(csl.URL);
	same(path, 'what is cited', [pinned.status, /immutable/.test(pinned.headers.get('cache-control'))], [200, true]);
}

async function judgeOpenapi() {
	const document = await (await fetch(base + '/openapi.json')).json();
	const {valid, errors} = await new Validator().validate(document);
	same('/openapi.json', 'errors', valid ? [] : errors, []);
}

async function judgePackage() {
	const data = await Package.load(`${month}/datapackage.json`, {basePath: month});
	same(month, 'errors', data.errors.map(String), []);
	for (const resource of data.resources) {
		same(resource.name, 'errors', [resource.tabular, ...resource.errors.map(String)], [true]);
		const rows = await resource.read({limit: ROWS, relations: true}).catch((e) => [e, ...e.errors ?? []].map(String));
		same(resource.name, 'rows', rows.find((row) => typeof row === 'string') ?? rows.length > 0, true);
	}
}

const event = await newestEvent(base);
for (const lang of LANGS)
	await judge(inLang(event, lang), lang);
await judgeOpenapi();
await judgePackage();
wrong.forEach((line) => console.log(line));
console.log(`citations of an event, OpenAPI, data package: ${read} checks, ${wrong.length} failures`);
process.exitCode = wrong.length ? 1 : 0;
