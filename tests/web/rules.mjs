// rules.mjs: what holds on every page. Each takes a page of playwright and gives what is wrong: {rule, element, why}.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {DIRECTIONS} from './site.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

// Latin that a Persian page may have: codes, units, formats, protocols and the program's own name.
const CODES = ['https?://\\S+', 'AS\\d+', 'IR-\\d\\d', '\\+\\d\\d:\\d\\d', 'Fanous \\d\\S*',
	'asof=\\S+', '\\d{4}-\\d\\d-\\d\\dT[\\d:]+Z', 'datapackage\\.json', '\\.(?:csv|json|svg|png)'].concat(
	'UTC|CSV|JSON|NDJSON|SVG|PNG|API|DNS|TCP|TLS|HTTPS?|QUIC|SNI|IP|IPv[46]|BibTeX|RIS|CSL|Atom|ICS|CC BY 4\\.0|ISC|Parquet|Frictionless Data Package'
		.split('|').map((word) => `\\b${word}\\b`)).join('|');

// All of WCAG 2, A and AA; or only what is about colours.
export async function axe(page, coloursOnly) {
	if (!await page.evaluate(() => Boolean(window.axe)))
		await page.evaluate(AXE);
	const found = await page.evaluate(async ([tags, rules]) => {
		const r = await window.axe.run(document, {
			resultTypes: ['violations'], elementRef: false,
			...(rules ? {runOnly: rules} : {runOnly: tags, rules: {'target-size': {enabled: true}}}),
		});
		return r.violations.map((v) => ({rule: 'axe ' + v.id, elements: v.nodes.map((n) =>
			[n.target.join(' '), n.failureSummary.split('\n').slice(1).join(';').trim()])}));
	}, [WCAG, coloursOnly ? OF_COLOURS : null]);
	return found.flatMap((v) => v.elements.map(([element, why]) => ({rule: v.rule, element, why})));
}

// lang and dir, one heading of the first rank, a title, and no figure that is none.
export function frame(page, lang) {
	return page.evaluate(([want, dir]) => {
		const wrong = [], root = document.documentElement;
		if (root.lang !== want || root.dir !== dir)
			wrong.push({rule: 'language', element: 'html', why: `lang=${root.lang} dir=${root.dir}`});
		if (getComputedStyle(document.body).direction !== dir)
			wrong.push({rule: 'language', element: 'body', why: 'its direction is not ' + dir});
		if (document.querySelectorAll('h1').length !== 1 || !document.title.trim())
			wrong.push({rule: 'heading', element: 'h1', why: 'not one h1 and a title'});
		const prose = document.body.cloneNode(true);
		prose.querySelectorAll('pre, code').forEach((e) => e.remove());
		const odd = prose.textContent.match(/.{0,30}(\bnan\b|undefined|\{[0-9]\}).{0,30}/i);
		if (odd)
			wrong.push({rule: 'text', element: 'body', why: odd[0]});
		return wrong;
	}, [lang, DIRECTIONS[lang]]);
}

// The page is no wider than the window; else what sticks out first.
export function width(page) {
	return page.evaluate(() => {
		const root = document.documentElement, wide = root.clientWidth;
		if (root.scrollWidth <= wide)
			return [];
		const name = (e) => e.tagName.toLowerCase() + (e.id && '#' + e.id) +
			(e.getAttribute('class') ? '.' + e.getAttribute('class') : '');
		const out = [...document.body.querySelectorAll('*')].filter((e) => {
			const r = e.getBoundingClientRect();
			return r.width && (r.right > wide + 1 || r.left < -1);
		});
		return [{rule: 'width', element: out.slice(0, 4).map(name).join(' > '),
			why: `${root.scrollWidth} px of ${wide}`}];
	});
}

// No English on a Persian page and no Persian on an English one, in text or in what is read aloud, except where
// the page says that a part is in another language.
export function oneLanguage(page, lang) {
	return page.evaluate(([lang, codes]) => {
		const wrong = [], foreign = lang === 'fa' ? /[A-Za-z\u00c0-\u024f]+/ : /[\u0600-\u06ff]+/;
		const ours = lang === 'fa' ? new RegExp(codes, 'g') : /$^/;
		const other = lang === 'fa' ? '[lang=en], pre, code' : '[lang=fa]';
		const check = (element, text) => {
			const left = text.replace(ours, '');
			if (foreign.test(left) && !element.closest(other + ', script, style'))
				wrong.push({rule: 'one language', element: element.outerHTML.slice(0, 100),
					why: text.trim().slice(0, 160)});
		};
		const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
		while (walk.nextNode())
			check(walk.currentNode.parentElement, walk.currentNode.data);
		for (const name of ['aria-label', 'title', 'alt', 'placeholder', 'content'])
			document.querySelectorAll(`[${name}]:not([name=viewport]):not([name=color-scheme])`)
				.forEach((e) => check(e, e.getAttribute(name)));
		return wrong;
	}, [lang, CODES]);
}

// Persian pages are in their own font, and no other page asks for it.
export function font(page, lang) {
	return page.evaluate(async (wanted) => {
		await document.fonts.ready;
		const loaded = [...document.fonts].some((f) => /Vazirmatn/.test(f.family) && f.status === 'loaded');
		return loaded === wanted ? [] : [{rule: 'font', element: 'body', why: loaded ? 'loaded' : 'not loaded'}];
	}, lang === 'fa');
}

// Every chart has a table beside it; small multiples show again what the page's tables have.
export function twins(page) {
	return page.evaluate(() => [...document.querySelectorAll('main svg.plot, main svg.band, main svg.share, main svg.map')]
		.filter((svg) => {
			const part = svg.closest(svg.closest('.multiples') ? 'main' : 'section');
			return !part || ![...part.querySelectorAll('table')].some((t) => t.querySelectorAll('tbody tr').length);
		})
		.map((svg) => ({rule: 'twin', element: `svg.${svg.getAttribute('class')}`, why: 'no table in its section'})));
}

// A name that is read aloud for every chart.
export function named(page) {
	return page.evaluate(() => [...document.querySelectorAll('main svg')]
		.filter((svg) => !svg.closest('[aria-hidden=true]') && !svg.parentElement.closest('svg') &&
			!svg.getAttribute('aria-label') && !svg.querySelector('title'))
		.map((svg) => ({rule: 'named', element: svg.outerHTML.slice(0, 100), why: 'neither a name nor hidden'})));
}
