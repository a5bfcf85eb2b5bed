/* Keeps an open page fresh: on a sign from the stream it loads its own address again and swaps the
 * part that changes. Without it, or without a stream, the page is complete and simply stands still. */
(function () {
	'use strict';
	var main = document.getElementById('live'), say = document.getElementById('say');
	if (!main || !say || !window.EventSource || !window.fetch || !window.DOMParser)
		return;
	/* A page of a fixed time never changes. */
	if (/[?&]until=/.test(location.search))
		return;
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

	function swap(text) {
		var page = new DOMParser().parseFromString(text, 'text/html');
		var fresh = page.getElementById('live');
		if (!fresh)
			return;
		var before = document.title, focus = document.activeElement;
		var href = main.contains(focus) ? focus.getAttribute('href') : null;
		fresh = document.adoptNode(fresh);
		main.replaceWith(fresh);
		main = fresh;
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

	var stream = new EventSource(main.getAttribute('data-stream'));
	['row', 'event', 'reset'].forEach(function (name) { stream.addEventListener(name, changed); });
	document.addEventListener('visibilitychange', function () { if (stale) later(); });
})();
