// keys.mjs: everything on a page with the keyboard alone. Gives what is wrong, as rules.mjs does.

// Marks what must be reached, and notes what is, and whether that can be seen.
function watch() {
	const all = [...document.querySelectorAll('a[href], summary, button, input, select, textarea, [tabindex="0"]')]
		.filter((e) => e.checkVisibility() && !e.disabled);
	const look = (e) => [e, e.querySelector('path')].filter(Boolean).map((one) => [getComputedStyle(one),
		getComputedStyle(one, '::after')].map((s) => s.outlineStyle + s.outlineWidth + s.stroke + s.strokeWidth).join()).join();
	const before = new Map(all.map((e) => [e, look(e)]));
	window.reached = new Set();
	window.unseen = [];
	document.addEventListener('focusin', ({target}) => {
		if (before.get(target) === look(target))
			window.unseen.push(target.outerHTML.slice(0, 100));
		window.reached.add(target);
	});
	window.missed = () => all.filter((e) => !window.reached.has(e)).map((e) => e.outerHTML.slice(0, 100));
	return all.length;
}

export async function tab(page) {
	const n = await page.evaluate(watch);
	const scrolling = 10; // what scrolls is stopped at too
	for (let i = 0; i < n + scrolling; i++)
		await page.keyboard.press('Tab');
	const [missed, unseen] = await page.evaluate(() => [window.missed(), window.unseen]);
	return [
		...missed.map((element) => ({rule: 'keyboard', element, why: 'Tab does not reach it'})),
		...unseen.map((element) => ({rule: 'keyboard', element, why: 'nothing shows that it has the focus'})),
	];
}

// Every cell of every grid says its name, its time and its state when the arrows come to it.
function everyCell() {
	const wrong = [];
	document.querySelectorAll('.cells').forEach((box) => {
		const over = box.querySelector('.walk'), read = box.nextElementSibling;
		const columns = +box.dataset.columns, rows = box.querySelectorAll('ol li').length;
		const press = (key) => over.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
		const seen = new Set();
		press('Home');
		for (let i = 0; i < rows; i++)
			press('ArrowUp');
		for (let row = 0; row < rows; row++) {
			for (let column = 0; column < columns; column++) {
				if (!/^.+?, .+: \S/s.test(read.textContent))
					wrong.push({rule: 'cells', element: `row ${row}, column ${column}`, why: read.textContent});
				seen.add(row + ' ' + read.textContent);
				press('ArrowRight');
			}
			press('Home');
			press('ArrowDown');
		}
		if (seen.size !== rows * columns)
			wrong.push({rule: 'cells', element: '.cells', why: `${seen.size} of ${rows * columns} reached`});
	});
	return wrong.slice(0, 5);
}

export async function cells(page) {
	const grid = page.locator('.walk').first();
	if (!await grid.count())
		return await page.locator('.cells').count() ?
			[{rule: 'cells', element: '.cells', why: 'nothing to walk through with keys'}] : [];
	const wrong = [], read = () => page.locator('.read').first().textContent();
	await grid.focus();
	const last = await read();
	await page.keyboard.press('ArrowLeft');
	if (!last || await read() === last)
		wrong.push({rule: 'cells', element: '.walk', why: 'the arrow keys do nothing: ' + last});
	return [...wrong, ...await page.evaluate(everyCell)];
}
