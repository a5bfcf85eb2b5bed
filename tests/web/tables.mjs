// tables.mjs REGIONS: what the collector takes for true, against what others say: standard input has every day of
// 1950 to 2099, as days.c prints them, in the Gregorian calendar and in Iran's; REGIONS is a country's regions.tsv.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';

const {toJalaali} = createRequire(import.meta.url)('jalaali-js');
const wrong = [];
const two = (n) => String(n).padStart(2, '0');
const table = (file) => readFileSync(file, 'utf8').split('\n').filter((l) => l && !l.startsWith('#')).map((l) => l.split('\t'));

const days = readFileSync(0, 'utf8').trimEnd().split('\n');
let n = 0;
for (let t = Date.UTC(1950, 0, 1); t < Date.UTC(2100, 0, 1); t += 86400000, n++) {
	const d = new Date(t), j = toJalaali(d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate());
	const want = `${d.toISOString().slice(0, 10)} ${d.getUTCDay()} ${j.jy}-${two(j.jm)}-${two(j.jd)}`;
	if (days[n] !== want)
		wrong.push(`calendar: ${days[n]}, and jalaali-js has ${want}`);
}
if (days.length !== n)
	wrong.push(`calendar: ${days.length} days of ${n}`);

const official = table(new URL('iso3166-2-ir.tsv', import.meta.url)), ours = table(process.argv[2]);
const known = new Map(ours.map(([code, old, , name]) => [code, [old, name]]));
for (const [code, old, , english] of official) {
	const [ourOld, ourName] = known.get(code) ?? [];
	if (ourOld !== old || ourName !== english)
		wrong.push(`regions: ${code} is ${english}, once ${old}; regions.tsv has ${ourName}, once ${ourOld}`);
	known.delete(code);
}
for (const code of known.keys())
	wrong.push(`regions: there is no ${code}`);
wrong.slice(0, 20).forEach((line) => console.log(line));
console.log(`${n} days, ${official.length} codes: ${wrong.length} failures`);
process.exitCode = wrong.length ? 1 : 0;
