// browser.mjs: Debian's Chromium. Without its sandbox: that needs user namespaces and refuses root, and both are
// what a container has; what it shows are our own pages. No name is looked up, so nothing leaves this machine.
import {chromium} from 'playwright-core';

export const WIDTHS = {phone: {width: 360, height: 740}, desktop: {width: 1280, height: 900}};

export function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
	});
}
