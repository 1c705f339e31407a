'use strict';
// Reports as a browser shows them: nothing that a subject says runs or becomes markup, and the
// filters tell the truth. ci/browser makes the reports, and runs this with their folder in REPORTS.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { launch, open } = require('./browser.js');

const folder = process.env.REPORTS;
const file = (name) => path.join(folder, name);
const json = (name) => JSON.parse(fs.readFileSync(file(name), 'utf8'));

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/// What a page of ours is made of; anything else came from a subject.
const structure = () => {
  const count = (selector) => document.querySelectorAll(selector).length;
  const handlers = Array.from(document.querySelectorAll('*'))
    .flatMap((element) => Array.from(element.attributes))
    .filter((attribute) => /^on|^style$|^srcdoc$/.test(attribute.name) || /^\s*javascript:/i.test(attribute.value))
    .map((attribute) => attribute.name);
  return {
    handlers,
    foreign: count('img, iframe, object, embed, base, link, a:not([href^="#case-"], [href^="#requirement-"]), textarea, h1 ~ h1, svg :not(rect, title)'),
    scripts: count('script'),
    styles: count('style'),
    redirects: count('meta[http-equiv="refresh"]'),
    headings: count('h1'),
    odd: document.documentElement.textContent.match(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g) ?? [],
  };
};

const ours = (scripts) => ({ handlers: [], foreign: 0, scripts, styles: 1, redirects: 0, headings: 1, odd: [] });

test('the canary sings where something runs', async () => {
  const unsafe = file('unsafe.html');
  fs.writeFileSync(unsafe, '<h1>x</h1><img src=nowhere.png onerror=canary("image")><script>canary("script");alert("hello")</script>');
  const { page, close } = await open(browser, unsafe);
  await page.waitForFunction(() => window.ran.length === 2);
  const { foreign, handlers } = await page.evaluate(structure);
  assert.deepEqual([foreign, handlers], [1, ['onerror']]);
  const did = await close();
  for (const what of ['ran: image', 'ran: script', 'asked: hello', 'fetched: ']) {
    assert.ok(did.some((one) => one.startsWith(what)), `${what} in ${did}`);
  }
});

for (const [name, scripts] of [['hostile.html', 1], ['hostile-merged.html', 1], ['hostile-compared.html', 0]]) {
  test(`nothing of a hostile subject runs or becomes markup: ${name}`, async () => {
    const { page, close } = await open(browser, file(name));
    await page.evaluate(() => document.querySelectorAll('details').forEach((element) => { element.open = true; }));
    assert.deepEqual(await page.evaluate(structure), ours(scripts));
    const text = await page.evaluate(() => document.body.innerText);
    for (const payload of ['<script>canary("tag")</script>', '"><img src=x onerror=canary("attribute")>']) {
      assert.ok(text.includes(payload), `it is shown as it is: ${payload}`);
    }
    if (name !== 'hostile-compared.html') {
      for (const payload of ['{{7*7}}', '${canary("literal")}', '</style><style>*{display:none}</style>', '\\u{1b}[31m', '\\u{202e}', '\\0']) {
        assert.ok(text.includes(payload), `it is shown as it is: ${payload}`);
      }
      // A reader clicks on everything.
      for (const button of await page.locator('button:visible').all()) {
        if (await button.isVisible()) await button.click();
      }
    }
    assert.deepEqual(await close(), []);
  });
}

/// Counts the results of a JSON report that fit.
const fitting = (report, fits) => report.results.filter(fits).length;

/// Reads how many results the page says it shows, and counts those that it shows.
const shown = (page) => page.evaluate(() => {
  const pressed = Array.from(document.querySelectorAll('.chip[data-filter=socket][aria-pressed=true]')).map((chip) => chip.value);
  const visible = Array.from(document.querySelectorAll('.case, .passes li')).filter((element) => !element.hidden);
  const sockets = visible.flatMap((element) => element.dataset.sockets.split(' '));
  return {
    said: document.querySelector('#shown').textContent,
    counted: sockets.filter((socket) => pressed.length === 0 || pressed.includes(socket)).length,
  };
});

const expectShown = async (page, count, total) => {
  const said = count === total ? `${total} results` : `${count} of ${total} results`;
  assert.deepEqual(await shown(page), { said, counted: count });
};

/// Folds the examples, which are unfolded at first.
const foldAll = (page) => page.evaluate(() => {
  document.querySelectorAll('.case').forEach((element) => { element.open = false; });
});

const chip = (page, filter, value) => page.locator(`.chip[data-filter=${filter}][value="${value}"]`);

test('each filter shows what the JSON report counts', async () => {
  const report = json('broken.json');
  const total = report.results.length;
  const { page, close } = await open(browser, file('broken.html'));
  await expectShown(page, total, total);
  for (const name of ['verdict', 'level', 'socket']) {
    const values = new Set(report.results.map((result) => result[name]));
    assert.ok(values.size > 1, name);
    for (const value of values) {
      await chip(page, name, value).click();
      await expectShown(page, fitting(report, (result) => result[name] === value), total);
      await chip(page, name, value).click();
      await expectShown(page, total, total);
    }
  }
  for (const requirement of new Set(report.results.map((result) => result.requirement))) {
    await page.locator('#requirement').selectOption(requirement);
    const count = fitting(report, (result) => result.requirement === requirement);
    await expectShown(page, count, total);
  }
  assert.deepEqual(await close(), []);
});

test('filters narrow each other, two of a kind widen, and all can be taken back', async () => {
  const report = json('broken.json');
  const total = report.results.length;
  const { page, close } = await open(browser, file('broken.html'));
  await chip(page, 'verdict', 'fail').click();
  await chip(page, 'verdict', 'crash').click();
  await chip(page, 'socket', 'udp').click();
  const bad = (result) => ['fail', 'crash'].includes(result.verdict) && result.socket === 'udp';
  assert.ok(fitting(report, bad) > 0);
  await expectShown(page, fitting(report, bad), total);
  await page.locator('#search').fill('state-empty');
  await expectShown(page, fitting(report, (result) => bad(result) && result.id.includes('state-empty')), total);
  await page.locator('#search').fill('nothing of this kind');
  await expectShown(page, 0, total);
  assert.ok(await page.locator('#none').isVisible());
  await page.locator('#none button').click();
  await expectShown(page, total, total);
  assert.ok(!(await page.locator('#none').isVisible()));
  assert.equal(await page.locator('.chip[aria-pressed=true]').count(), 0);

  await page.locator('#search').fill('sep-first-one-splits');
  await expectShown(page, fitting(report, (result) => result.id === 'sep-first-one-splits'), total);
  // Bytes and reasons are found, too.
  await page.locator('#search').fill('"b=c"');
  await expectShown(page, fitting(report, (result) => result.id === 'sep-first-one-splits'), total);
  assert.deepEqual(await close(), []);
});

test('the summary leads to its results', async () => {
  const report = json('broken.json');
  const { page, close } = await open(browser, file('broken.html'));
  await page.locator('.requirements [data-set-requirement=T4]').click();
  await expectShown(page, fitting(report, (result) => result.requirement === 'T4'), report.results.length);
  await page.locator('[data-set-level=should]').click();
  await expectShown(page, fitting(report, (result) => result.level === 'should'), report.results.length);
  assert.equal(await page.locator('.requirements tbody tr').count(), new Set(report.results.map((result) => result.requirement)).size);
  assert.deepEqual(await close(), []);
});

test('the diagnosis leads to an example of each cause', async () => {
  const { causes } = json('broken.json').diagnosis;
  assert.ok(causes.length > 0);
  const { page, close } = await open(browser, file('broken.html'));
  assert.equal(await page.locator('.diagnosis li').count(), causes.length);
  // The example of each cause is unfolded, and the others are not.
  const unfolded = await page.locator('.case-group:has(.cause)').evaluateAll((groups) => groups
    .map((group) => Array.from(group.querySelectorAll('.case[open]'), (element) => element.querySelector('.id').textContent)));
  assert.deepEqual(unfolded.slice(0, causes.length), causes.map((cause) => [cause.example]));
  await foldAll(page);
  for (const { example } of causes) {
    await page.locator('#search').fill('nothing of this kind');
    await page.locator('.diagnosis a', { hasText: example }).first().click();
    const shown = page.locator(`[id="case-${example}"]`);
    assert.ok(await shown.locator('.sides').first().isVisible());
    assert.equal(await shown.locator('.id').textContent(), example);
  }
  assert.deepEqual(await close(), []);
});

test('a failure shows what differs, and how to run it again', async () => {
  const { page, close } = await open(browser, file('broken.html'), { permissions: ['clipboard-read', 'clipboard-write'] });
  await foldAll(page);
  await page.locator('#search').fill('sep-first-one-splits');
  const failure = page.locator('.case:visible');
  assert.equal(await failure.count(), 1);
  await failure.locator('summary').first().click();
  assert.deepEqual(await failure.locator('.wire:not(.hex) > .differs').allTextContents(), ['::', '=']);
  assert.deepEqual(await failure.locator('.hex .differs').allTextContents(), ['3a 3a ', '3d ']);
  assert.match(await failure.locator('.dump').textContent(), /45 5f 54 45 53 54 0a 6b 65 79 3a 3a 62 3a 3a 63 {2}E_TEST\.key::b::c/);
  await failure.locator('.copy').click();
  await failure.locator('.copy', { hasText: 'Copied' }).waitFor();
  const command = json('broken.json').results.find((result) => result.id === 'sep-first-one-splits').replay;
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);

  await page.locator('#search').fill('bad-empty-datagram');
  assert.match(await page.locator('.case:visible').textContent(), /its log\s+fatal: empty read/);
  assert.deepEqual(await close(), []);
});

test('it can be used by keyboard alone', async () => {
  const { page, close } = await open(browser, file('broken.html'));
  await foldAll(page);
  await page.keyboard.press('/');
  await page.keyboard.type('sep-first-one-splits');
  assert.equal(await page.locator('#search').inputValue(), 'sep-first-one-splits');
  const failure = page.locator('.case:visible');
  assert.equal(await failure.getAttribute('open'), null);
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if (await failure.locator('summary').first().evaluate((element) => element === document.activeElement)) break;
  }
  await page.keyboard.press('Enter');
  assert.equal(await failure.getAttribute('open'), '');
  await page.locator('#search').focus();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#search').inputValue(), '');
  await chip(page, 'verdict', 'crash').focus();
  await page.keyboard.press('Space');
  assert.equal(await chip(page, 'verdict', 'crash').getAttribute('aria-pressed'), 'true');
  assert.deepEqual(await close(), []);
});

test('all can be unfolded and folded', async () => {
  const { page, close } = await open(browser, file('broken.html'));
  const cases = await page.locator('.case').count();
  await page.locator('#unfold').click();
  assert.equal(await page.locator('.case[open]').count(), cases);
  await page.locator('#unfold').click();
  assert.equal(await page.locator('.case[open]').count(), 0);
  assert.deepEqual(await close(), []);
});

test('without scripts it can be read', async () => {
  const { page, close } = await open(browser, file('broken.html'), { javaScriptEnabled: false });
  assert.ok(!(await page.locator('#tools').isVisible()));
  assert.ok(!(await page.locator('.copy').first().isVisible()));
  assert.equal(await page.locator('h1').textContent(), 'Does not conform (text)');
  const last = page.locator('.case-group:not(.remarks) .case').last();
  assert.ok(!(await last.locator('.sides').first().isVisible()));
  await last.locator('summary').first().click();
  assert.ok(await last.locator('.sides').first().isVisible());
  assert.deepEqual(await close(), []);
});

test('the requirements that are unexplained are listed, and lead to their results', async () => {
  const report = json('hostile.json');
  assert.ok(report.diagnosis.unexplained > 0);
  const { page, close } = await open(browser, file('hostile.html'));
  const listed = await page.locator('.unexplained').textContent();
  const counts = Array.from(listed.matchAll(/(\d+) results?/g), ([, count]) => Number(count));
  assert.equal(counts.reduce((sum, count) => sum + count, 0), report.diagnosis.unexplained);
  const button = page.locator('.unexplained button').first();
  const requirement = await button.textContent();
  await button.click();
  await expectShown(page, fitting(report, (result) => result.requirement === requirement), report.results.length);
  assert.deepEqual(await close(), []);
});

test('each failure leads to its requirement, which is on the page in full', async () => {
  const { page, close } = await open(browser, file('broken.html'));
  const links = await page.locator('.case .body a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  assert.equal(links.length, await page.locator('.case').count());
  for (const link of new Set(links)) {
    assert.ok((await page.locator(`[id="${link.slice(1)}"] p`).first().textContent()).startsWith('Level: '), link);
  }
  await page.locator('.case[open] .body a').first().click();
  assert.ok(await page.locator('.texts article:target').isVisible());
  assert.deepEqual(await close(), []);
});

test('remarks are folded until somebody asks for them', async () => {
  const { page, close } = await open(browser, file('broken.html'));
  const remarks = page.locator('.remarks .case').first();
  assert.ok(!(await remarks.isVisible()));
  await chip(page, 'verdict', 'info').click();
  assert.ok(await remarks.isVisible());
  assert.deepEqual(await close(), []);
});

test('the matrix can show differences alone, and its first column stays', async () => {
  const { page, close } = await open(browser, file('compared.html'), { viewport: { width: 390, height: 844 } });
  const rows = page.locator('main > .scroll .matrix').locator('tbody tr:visible');
  const all = await rows.count();
  await page.locator('#only').check();
  const different = await rows.count();
  assert.ok(different > 0 && different < all, `${different} of ${all}`);
  const head = page.locator('main > .scroll .matrix tbody th:visible').first();
  const before = (await head.boundingBox()).x;
  await page.locator('.scroll:has(.matrix)').first().evaluate((element) => { element.scrollLeft = 100; });
  assert.equal((await head.boundingBox()).x, before);
  assert.deepEqual(await close(), []);
});

test('on a phone every count of a requirement is seen, in words and in its bar', async () => {
  const width = 390;
  const { page, close } = await open(browser, file('broken.html'), { viewport: { width, height: 844 } });
  const ends = await page.locator('.requirements .counts:visible, .levels .number:visible').evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().right));
  assert.ok(ends.length > 0 && Math.max(...ends) <= width, `${ends}`);
  const segments = await page.locator('.bar:visible rect').evaluateAll((rects) => rects.map((rect) => rect.getBoundingClientRect().width));
  assert.ok(segments.length > 0 && Math.min(...segments) >= 2, `${segments}`);
  const lines = await page.locator('.nowrap:visible').evaluateAll((words) => words.map((word) => word.getClientRects().length));
  assert.ok(lines.every((count) => count === 1), `${lines}`);
  assert.deepEqual(await close(), []);
});

const pages = ['hostile.html', 'broken.html', 'good.html', 'hostile-compared.html', 'compared.html', 'three.html', 'load.html', 'search.html', 'load-compared.html'];

for (const name of pages) {
  test(`it fits a phone and a desk, by day and by night: ${name}`, async () => {
    for (const width of [320, 390, 1280]) {
      for (const colorScheme of ['light', 'dark']) {
        const viewport = { width, height: 844 };
        const { page, close } = await open(browser, file(name), { viewport, colorScheme });
        await page.evaluate(() => document.querySelectorAll('details').forEach((element) => { element.open = true; }));
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width, `${width} ${colorScheme}`);
        const dim = await page.evaluate(dimmest);
        assert.ok(dim.ratio >= 4.5, `${colorScheme}: contrast ${dim.ratio.toFixed(2)} in ${dim.what}`);
        assert.deepEqual(await close(), []);
        if (process.env.SCREENSHOTS) await picture(name, width, colorScheme);
      }
    }
  });
}

/// Finds the text that stands out least from what is behind it, by WCAG's measure.
const dimmest = () => {
  const parse = (color) => {
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { rgb, alpha } = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
    }
    return [255, 255, 255];
  };
  let worst = { ratio: Infinity, what: '' };
  for (const element of document.querySelectorAll('body *')) {
    const hasText = Array.from(element.childNodes).some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
    if (!hasText || !element.checkVisibility() || element.closest('script, style, svg, select')) continue;
    const [light, dark] = [luminance(parse(getComputedStyle(element).color).rgb), luminance(behind(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < worst.ratio) worst = { ratio, what: `<${element.tagName.toLowerCase()} class="${element.className}">` };
  }
  return worst;
};

/// Takes pictures for a person to look at: as a page is first seen, and of its results.
const picture = async (name, width, colorScheme) => {
  const viewport = { width, height: width < 600 ? 1500 : 1400 };
  const { page, close } = await open(browser, file(name), { viewport, colorScheme });
  const place = path.join(process.env.SCREENSHOTS, `${path.parse(name).name}-${width}-${colorScheme}`);
  await page.screenshot({ path: `${place}.png` });
  const tools = page.locator('#tools, main h2:nth-of-type(2)').first();
  if (await tools.count()) {
    await tools.evaluate((element) => element.scrollIntoView());
    await page.screenshot({ path: `${place}-results.png` });
  }
  await close();
};
