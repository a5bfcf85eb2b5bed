// shots.mjs ROUTES BASE EMPTY FOLDER: pictures of every page, to be looked at.
import {launch, WIDTHS} from './browser.mjs';
import {inLang, LANGS, pages} from './site.mjs';

const [routes, base, empty, folder] = process.argv.slice(2);
const browser = await launch();
const found = await pages(routes, base);
for (const [size, viewport] of Object.entries(WIDTHS)) {
	for (const colorScheme of ['light', 'dark']) {
		const page = await browser.newPage({viewport, colorScheme, deviceScaleFactor: size === 'phone' ? 2 : 1});
		for (const lang of LANGS) {
			for (const path of [...found, 'empty']) {
				const name = path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'country';
				await page.goto(path === 'empty' ? empty + inLang('/', lang) : base + inLang(path, lang));
				await page.screenshot({path: `${folder}/${name}-${lang}-${size}-${colorScheme}.png`, fullPage: true});
			}
		}
		await page.close();
	}
}
await browser.close();
