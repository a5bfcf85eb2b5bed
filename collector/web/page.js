/* What a page can't do without a script: walk through the cells of a chart by keyboard or pointer, and
 * stay fresh. Without it the page is complete, and stands still. */
(function () {
	'use strict';

	/* --- cells --- */

	/* The state of every cell, row by row, out of the paths of a plot (chart_grid.h). */
	function cells(plot, columns, rows) {
		var grid = new Uint8Array(columns * rows);
		plot.querySelectorAll('path[id], path[class^="s"]').forEach(function (path) {
			var state = +(path.id.replace(/^.*-s/, '') || path.getAttribute('class').slice(1));
			var x = 0, y = 0, piece, pieces = /m(-?\d+) (-?\d+)h(\d+)/g;
			while ((piece = pieces.exec(path.getAttribute('d')))) {
				x += +piece[1];
				y += +piece[2];
				grid.fill(state, y / 12 * columns + x, y / 12 * columns + x + +piece[3]);
			}
		});
		return grid;
	}

	/* The names of states as the key before the chart has them. */
	function names(key) {
		var of = [];
		if (key)
			key.querySelectorAll('li').forEach(function (li) {
				var rect = li.querySelector('rect');
				var look = rect.getAttribute('class') || rect.getAttribute('fill');
				of[look.replace(/\D/g, '')] = li.textContent.trim();
			});
		return of;
	}

	function walk(box) {
		var plot = box.querySelector('.plot'), links = box.querySelectorAll('ol li');
		var columns = +box.dataset.columns, rows = links.length, lang = document.documentElement.lang;
		var grid = cells(plot, columns, rows), state = names(box.previousElementSibling);
		var clock = new Intl.DateTimeFormat((lang === 'en' ? 'en-GB' : lang) + '-u-ca-' + box.dataset.calendar, {timeZone: 'UTC',
			weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
		var at = {row: 0, column: columns - 1};
		var over = document.createElement('div'), cursor = document.createElement('div');
		var read = document.createElement('p');
		over.className = 'walk';
		over.tabIndex = 0;
		over.setAttribute('role', 'application');
		over.setAttribute('aria-label', plot.getAttribute('aria-label'));
		cursor.className = 'cursor';
		cursor.hidden = true;
		read.className = 'read';
		read.setAttribute('role', 'status');
		over.appendChild(cursor);
		box.appendChild(over);
		box.after(read);

		function place() {
			over.style.left = plot.getBoundingClientRect().left - box.getBoundingClientRect().left + 'px';
			over.style.top = plot.getBoundingClientRect().top - box.getBoundingClientRect().top + 'px';
			over.style.width = plot.getBoundingClientRect().width + 'px';
			over.style.height = plot.getBoundingClientRect().height + 'px';
		}

		function show() {
			var start = +box.dataset.from + at.column * +box.dataset.step;
			var name = links[at.row].cloneNode(true), hidden = name.querySelector('.unseen');
			if (hidden)
				hidden.remove();
			cursor.hidden = false;
			cursor.style.left = 100 * at.column / columns + '%';
			cursor.style.width = 100 / columns + '%';
			cursor.style.top = 100 * at.row / rows + '%';
			cursor.style.height = 100 / rows + '%';
			read.textContent = name.textContent.trim() + ', ' +
				clock.format(start + box.dataset.offset * 60000) + ': ' + (state[grid[at.row * columns + at.column]] || '');
		}

		var steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
			PageUp: [0, -10], PageDown: [0, 10], Home: [0, -columns], End: [0, columns]};
		over.addEventListener('keydown', function (e) {
			var by = steps[e.key], link = links[at.row].querySelector('a');
			if (e.key === 'Enter' && link)
				link.click();
			if (!by || e.ctrlKey || e.altKey || e.metaKey)
				return;
			at.row = Math.min(rows - 1, Math.max(0, at.row + by[0]));
			at.column = Math.min(columns - 1, Math.max(0, at.column + by[1]));
			e.preventDefault();
			show();
		});
		over.addEventListener('focus', show);
		over.addEventListener('blur', function () { cursor.hidden = true; });
		over.addEventListener('pointermove', function (e) {
			var r = over.getBoundingClientRect();
			at.column = Math.min(columns - 1, Math.max(0, Math.floor((e.clientX - r.left) / r.width * columns)));
			at.row = Math.min(rows - 1, Math.max(0, Math.floor((e.clientY - r.top) / r.height * rows)));
			show();
		});
		over.addEventListener('click', function () {
			var link = links[at.row].querySelector('a');
			if (link)
				link.click();
		});
		place();
		addEventListener('resize', place);
	}

	function walkAll(root) {
		if (window.Intl && Uint8Array.prototype.fill)
			root.querySelectorAll('.cells').forEach(walk);
	}

	/* --- freshness: on a sign from the stream the page loads its own address again and swaps the part that
	 * changes. --- */

	var main = document.getElementById('live'), say = document.getElementById('say');
	/* Rows change often: for them a page that is younger than this is fresh enough. */
	var ROWS_MS = 15000;
	var timer = null, busy = false, stale = false, soon = false, loaded = Date.now();

	/* All readers hear of a change at once; they come back spread over a few seconds. */
	function later() {
		if (timer || busy || document.hidden)
			return;
		var wait = soon ? 0 : Math.max(0, loaded + ROWS_MS - Date.now());
		timer = setTimeout(refresh, wait + 500 + Math.random() * 2500);
	}

	function changed(sign) {
		stale = true;
		if (sign.type !== 'row' && !soon) {
			soon = true;
			clearTimeout(timer);
			timer = null;
		}
		later();
	}

	/* Opened tables stay open; who walks through cells is not disturbed. */
	function swap(text) {
		var page = new DOMParser().parseFromString(text, 'text/html');
		var fresh = page.getElementById('live'), focus = document.activeElement;
		if (!fresh || focus.className === 'walk')
			return;
		var before = document.title, open = [];
		var href = main.contains(focus) ? focus.getAttribute('href') : null;
		main.querySelectorAll('details').forEach(function (d) { open.push(d.open); });
		fresh = document.adoptNode(fresh);
		main.replaceWith(fresh);
		main = fresh;
		main.querySelectorAll('details').forEach(function (d, i) { d.open = !!open[i]; });
		walkAll(main);
		document.title = page.title;
		if (page.title !== before)
			say.textContent = main.querySelector('h1').textContent;
		if (!href)
			return;
		var links = main.querySelectorAll('a');
		for (var i = 0; i < links.length; i++)
			if (links[i].getAttribute('href') === href)
				return links[i].focus({preventScroll: true});
	}

	function done() {
		busy = false;
		if (stale)
			later();
	}

	function refresh() {
		timer = null;
		busy = true;
		stale = soon = false;
		loaded = Date.now();
		fetch(location.href, {cache: 'no-cache', credentials: 'omit'})
			.then(function (r) { return r.ok ? r.text().then(swap) : null; })
			.then(done, done);
	}

	function follow() {
		var address = main.getAttribute('data-stream');
		/* A page of a fixed time never changes. */
		if (!address || !window.EventSource || !window.fetch || /[?&]until=/.test(location.search))
			return;
		var stream = new EventSource(address);
		['row', 'event', 'reset'].forEach(function (name) { stream.addEventListener(name, changed); });
		document.addEventListener('visibilitychange', function () { if (stale) later(); });
	}

	if (!main || !say)
		return;
	walkAll(main);
	follow();
})();
