// measure.mjs: BASE PATH...: each page by Lighthouse, as a phone, and over a bad link by Chromium's own emulation; one
// line of JSON for each.
import lighthouse from 'lighthouse';
import puppeteer from 'puppeteer-core';

const LINK = {offline: false, latency: 800, downloadThroughput: 50000 / 8, uploadThroughput: 50000 / 8};
const PATIENCE_MS = 60000;

function launch() {
	return puppeteer.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
	});
}

// What Lighthouse says, and every byte that it saw coming.
async function audit(browser, url) {
	const {lhr} = await lighthouse(url, {port: new URL(browser.wsEndpoint()).port,
		onlyCategories: ['performance', 'accessibility'], logLevel: 'error'});
	const all = lhr.audits['network-requests'].details.items;
	const of = test => all.filter(test).reduce((sum, r) => sum + r.transferSize, 0);
	return {
		performance: Math.round(lhr.categories.performance.score * 100),
		accessibility: Math.round(lhr.categories.accessibility.score * 100),
		tbt: lhr.audits['total-blocking-time'].numericValue,
		fcp: lhr.audits['first-contentful-paint'].numericValue,
		html: of(r => r.resourceType === 'Document'),
		text: of(r => ['Document', 'Stylesheet', 'Script'].includes(r.resourceType)),
		font: of(r => r.resourceType === 'Font'),
		foreign: all.filter(r => new URL(r.url).host !== new URL(url).host).map(r => r.url),
		lost: Object.values(lhr.audits).filter(a => a.score !== null && a.score < 0.9 && a.scoreDisplayMode !== 'informative')
			.map(a => a.id),
	};
}

// When the headline can be read, when the first chart is whole, and when the first of anything is painted.
function watch() {
	window.seen = {};
	const look = () => {
		const ready = document.readyState !== 'loading';
		const there = {headline: document.querySelector('h1'), chart: document.querySelector('main svg[role], main figure svg')};
		for (const [what, element] of Object.entries(there)) {
			const box = element && (ready || element.nextElementSibling) && element.getBoundingClientRect();
			if (box && box.width > 0 && box.height > 0 && performance.getEntriesByName('first-contentful-paint').length)
				window.seen[what] ??= performance.now();
		}
		if (!window.seen.headline || !window.seen.chart)
			requestAnimationFrame(look);
	};
	requestAnimationFrame(look);
}

async function slowly(browser, url) {
	const context = await browser.createBrowserContext();
	const page = await context.newPage();
	await page.setViewport({width: 360, height: 740, deviceScaleFactor: 2, isMobile: true});
	const cdp = await page.createCDPSession();
	await cdp.send('Network.enable');
	await cdp.send('Network.emulateNetworkConditions', LINK);
	await page.evaluateOnNewDocument(watch);
	await page.goto(url, {waitUntil: 'load', timeout: PATIENCE_MS});
	await page.waitForFunction('window.seen.headline && window.seen.chart', {timeout: PATIENCE_MS});
	const times = await page.evaluate(() => ({
		paint: performance.getEntriesByName('first-contentful-paint')[0].startTime, ...window.seen,
		load: performance.getEntriesByType('navigation')[0].loadEventEnd,
	}));
	await context.close();
	return times;
}

const [base, ...paths] = process.argv.slice(2);
const browser = await launch();
for (const path of paths) {
	const figures = await audit(browser, base + path);
	console.log(JSON.stringify({path, ...figures, slow: await slowly(browser, base + path)}));
}
await browser.close();
