'use strict';
// A browser that tells of everything that a page does besides being read.

const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

exports.launch = () => {
  const executablePath = process.env.CHROMIUM ?? PROGRAMS.find((path) => require('node:fs').existsSync(path));
  if (!executablePath) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath, args: ARGUMENTS });
};

/// Opens a file, and gives the page and the list of what it did: ran a payload, asked, fetched,
/// failed, went elsewhere.
exports.open = async (browser, file, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const did = [];
  const url = pathToFileURL(file).href;
  await page.addInitScript(() => {
    window.ran = [];
    window.canary = (what) => window.ran.push(String(what));
  });
  page.on('dialog', (dialog) => {
    did.push(`asked: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url) did.push(`fetched: ${request.url()}`);
  });
  page.on('pageerror', (error) => did.push(`failed: ${error.message}`));
  page.on('console', (message) => did.push(`said: ${message.text()}`));
  page.on('popup', () => did.push('opened a window'));
  await page.goto(url);
  const close = async () => {
    if (options.javaScriptEnabled !== false) {
      did.push(...(await page.evaluate(() => window.ran ?? [])).map((what) => `ran: ${what}`));
    }
    // Links within the page lead to results.
    if (page.url().split('#')[0] !== url) did.push(`went to: ${page.url()}`);
    await context.close();
    return did;
  };
  return { page, close };
};
