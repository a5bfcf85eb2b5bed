// fuzz.mjs BASE [SEED]: every endpoint of /openapi.json at BASE against what the document says of it: values that it
// allows, values that it forbids and many of them together. Each answer must have a status, a type and, where it is JSON, a
// content that the document tells. Prints what is wrong and ends with 1.
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const [base, seed = '1'] = process.argv.slice(2);
const ROUNDS = 5; // of many parameters together, per endpoint and format
// In shapes and with parameters that others have laid down.
const OTHERS = /^\/(compat\/|oembed)/;
const wrong = [];
let asked = 0;

// Numerical Recipes' generator: the same questions for the same seed.
let last = Number(seed) >>> 0;
const chance = (n) => (last = (Math.imul(last, 1664525) + 1013904223) >>> 0, Math.floor(last / 2 ** 32 * n));
const pick = (list) => list[chance(list.length)];

const api = await (await fetch(base + '/openapi.json')).json();
const ajv = new Ajv({strict: false, allErrors: false});
addFormats(ajv);
ajv.addSchema(api, 'api');
const compiled = new Map();

function validator(pointer) {
	if (!compiled.has(pointer))
		compiled.set(pointer, ajv.compile({$ref: `api#${pointer}`}));
	return compiled.get(pointer);
}

const escaped = (text) => encodeURIComponent(text.replace(/~/g, '~0').replace(/\//g, '~1'));
const itemOf = (parameter) => parameter.schema.items ?? parameter.schema;
// As a query has it: all of it is text.
const typed = (schema, text) => schema.type === 'integer' && /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text;
const allows = (schema, text) => ajv.validate(schema, typed(schema, text));
const allowed = (parameter) => (itemOf(parameter).enum ?? itemOf(parameter).examples ?? []).map(String);

// What stands for a name in a path; the first is there.
const entities = await (await fetch(base + '/api/v1/entities')).json();
const {events} = await (await fetch(base + '/api/v1/events?from=-365d')).json();
const NAMES = {
	'/region/': entities.regions.map((r) => r.region),
	'/isp/': entities.isps.map((i) => i.isp),
	'/event/': events.map((e) => encodeURIComponent(e.id)),
	'/web/': ['page.js', 'icon.svg', 'vazirmatn.woff2'],
	'/data/': ['README.md'],
};
const namesOf = (path) => NAMES[Object.keys(NAMES).find((begin) => path.includes(begin + '{name}'))] ?? [''];

async function ask(path, op, address, expected) {
	const say = (what) => wrong.push(`${address}: ${what}`);
	const stop = new AbortController();
	const reply = await fetch(base + address, {signal: stop.signal});
	const told = op.responses[reply.status];
	asked++;
	if (!told)
		say(`status ${reply.status} is not told`);
	if (expected && !expected.includes(reply.status))
		say(`status ${reply.status} instead of ${expected}`);
	const type = (reply.headers.get('content-type') ?? '').split(';')[0];
	const content = told?.content?.[type] ?? told?.content?.['*/*'];
	if (!content)
		say(`${type} is not told of ${reply.status}`);
	if (type === 'text/event-stream') { // has no end
		stop.abort();
		return {status: reply.status};
	}
	const body = await reply.text();
	if (!content?.schema)
		return {status: reply.status};
	const check = validator(`/paths/${escaped(path)}/get/responses/${reply.status}/content/${escaped(type)}/schema`);
	for (const text of type === 'application/x-ndjson' ? body.split('\n').filter(Boolean) : [body]) {
		const value = JSON.parse(text);
		if (!check(value)) {
			say(`${JSON.stringify(check.errors.slice(0, 2))} of ${text.slice(0, 300)}`);
			break;
		}
	}
	return {status: reply.status, problem: type === 'application/problem+json' ? JSON.parse(body) : null};
}

const queryOf = (pairs) => pairs.length ? '?' + pairs.map(([n, v]) => `${n}=${encodeURIComponent(v)}`).join('&') : '';

// Near what is allowed, and far from it.
function nonsense(parameter) {
	const text = pick(allowed(parameter).concat('x')), at = chance(text.length + 1);
	return ['', '!nonsense', text + '!', text.slice(0, at) + '\u06f3' + text.slice(at), [...text].reverse().join(''),
		text + text, '-1', '0', '99999999999999999999', '1e3', '\u202e', ' ', text + ',', '../..', '%', 'null'];
}

// One parameter at a time.
async function fuzzParameter(path, op, address, parameter, small) {
	const {name} = parameter, schema = itemOf(parameter);
	const good = allowed(parameter), rest = name === 'limit' ? [] : small;
	let taken = 0;
	for (const value of good) {
		if (!allows(schema, value))
			wrong.push(`${path}: example ${name}=${value} is against its own schema`);
		taken += (await ask(path, op, address + queryOf([[name, value], ...rest]), [200, 400])).status === 200;
	}
	if (good.length && !taken)
		wrong.push(`${address}: no example of ${name} is taken`);
	for (const value of nonsense(parameter)) {
		const bad = !allows(schema, value);
		const {problem} = await ask(path, op, address + queryOf([[name, value], ...rest]), bad ? [400] : null);
		if (bad && problem && problem.parameter !== name)
			wrong.push(`${address}: ${name}=${value} is refused as ${problem.parameter}: ${problem.detail}`);
	}
	if (!parameter.schema.items && good.length)
		await ask(path, op, address + queryOf([[name, good[0]], [name, good[0]], ...rest]), [400]);
}

// Some at once, now and then with one that is nonsense.
async function fuzzTogether(path, op, address, query, rounds, small) {
	for (let i = 0; i < rounds; i++) {
		const pairs = small.slice();
		for (const parameter of query) {
			const values = chance(12) ? allowed(parameter) : nonsense(parameter);
			if (parameter.name === 'by')
				values.push('region,class', 'class', 'check');
			if (parameter.name !== 'limit' && values.length && !chance(3))
				pairs.push([parameter.name, pick(values)]);
		}
		await ask(path, op, address + queryOf(pairs), null);
	}
}

async function fuzz(path, op) {
	const query = op.parameters.filter((p) => p.in === 'query');
	const suffixes = op.parameters.find((p) => p.name === 'suffix')?.schema.enum ?? [''];
	for (const suffix of suffixes) {
		// answers are kept small where there are pages; a feed has none
		const paged = query.some((p) => p.name === 'limit') && !['atom', 'ics'].includes(suffix);
		const small = paged ? [['limit', '50']] : [];
		const fill = (name) => path.replace('{name}', name).replace('{suffix}', suffix);
		const names = namesOf(path), address = fill(names[0]);
		await ask(path, op, address + queryOf(small), path.startsWith('/data/') ? [200, 404] : [200]);
		await ask(path, op, address + '?nothing=1', path.startsWith('/data/') ? [400, 404] : [400]);
		if (!suffix)
			for (const parameter of query)
				await fuzzParameter(path, op, address, parameter, small);
		await fuzzTogether(path, op, fill(pick(names)), query, suffix === 'png' ? 1 : ROUNDS, small);
		if (path.includes('{name}'))
			for (const name of ['x', 'IR-99', 'AS0', '..', '%00', 'a'.repeat(300)])
				await ask(path, op, fill(name), null);
	}
}

for (const [path, {get}] of Object.entries(api.paths))
	if (get && !OTHERS.test(path))
		await fuzz(path, get);
wrong.slice(0, 100).forEach((line) => console.log(line));
console.log(`endpoints of OpenAPI, seed ${seed}: ${asked} requests, ${wrong.length} failures`);
process.exitCode = wrong.length ? 1 : 0;
