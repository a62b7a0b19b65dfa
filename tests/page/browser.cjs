// node browser.cjs PAGE...: each page on a desk and on a phone, in light and in dark, must be
// accessible, ask the network nothing, run nothing, and fit the width.
const { chromium } = require('playwright-core');
const { basename } = require('node:path');
const { pathToFileURL } = require('node:url');
const axe = require('axe-core').source;

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WAYS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { name: 'phone, light', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { name: 'phone, dark', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
];

async function judged(browser, file, way) {
  // The page's own policy would keep axe out; that it is obeyed is seen in `sealed`.
  const context = await browser.newContext({ ...way, bypassCSP: true });
  const page = await context.newPage();
  const wrong = watched(page, file);
  await page.goto(pathToFileURL(file).href);
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
  const { scrollWidth, width } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, width: innerWidth }));
  if (scrollWidth > width) wrong.push(`it is ${scrollWidth} wide where there is room for ${width}`);
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate((values) => axe.run({ runOnly: { type: 'tag', values } }), RULES);
  for (const { id, help, nodes } of violations) wrong.push(`${id}: ${help} (${nodes.length}), ${nodes[0].html.slice(0, 160)}`);
  if (passes.length < 15) wrong.push(`axe looked at ${passes.length} rules only`);
  await context.close();
  return wrong;
}

// What must never happen, noted as it does.
function watched(page, file) {
  const wrong = [];
  page.on('request', (request) => request.url() === pathToFileURL(file).href || wrong.push(`it asks for ${request.url()}`));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && wrong.push(`the console says: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`a script ran: ${error}`));
  page.on('dialog', (dialog) => (wrong.push('a dialog opened'), dialog.dismiss()));
  return wrong;
}

// As people open it: under its policy, whose violations the console reports.
async function sealed(browser, file) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  const wrong = watched(page, file);
  await page.goto(pathToFileURL(file).href);
  const seen = await page.evaluate(() => ({
    active: document.querySelectorAll('script, iframe, object, embed, img, link, base, form, [style]').length,
    handlers: [...document.querySelectorAll('*')].filter((one) => [...one.attributes].some(({ name }) => name.startsWith('on'))).length,
    links: [...document.querySelectorAll('a')].filter(({ href }) => !/^(https:|file:.*#)/.test(href)).length,
    broken: [...document.querySelectorAll('a[href^="#"]')].filter((one) => !document.getElementById(one.hash.slice(1))).length,
    twice: document.querySelectorAll('[id]').length - new Set([...document.querySelectorAll('[id]')].map(({ id }) => id)).size,
    overridden: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(document.documentElement.outerHTML),
    styled: getComputedStyle(document.querySelector('.verdict')).display === 'flex',
    pwned: 'pwned' in window,
  }));
  const expected = { active: 0, handlers: 0, links: 0, broken: 0, twice: 0, overridden: false, styled: true, pwned: false };
  for (const [what, value] of Object.entries(expected)) {
    if (seen[what] !== value) wrong.push(`${what} is ${seen[what]}, not ${value}`);
  }
  // An injected script must be stopped by the policy alone.
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.pwned = 1' })));
  if (await page.evaluate(() => 'pwned' in window)) wrong.push('the policy lets scripts run');
  const stopped = wrong.findIndex((line) => line.includes('Content Security Policy'));
  if (stopped < 0) wrong.push('the policy stopped nothing');
  else wrong.splice(stopped, 1);
  wrong.push(...(await keyboard(page)));
  await context.close();
  return wrong;
}

// Every fold opens with Tab and Enter; wide tables scroll with the arrows.
async function keyboard(page) {
  const wrong = [];
  const folds = await page.locator('summary').count();
  let opened = 0;
  await page.evaluate(() => document.activeElement.blur());
  for (let steps = 0; steps < 600 && opened < Math.min(folds, 12); steps += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.tagName === 'SUMMARY' && !document.activeElement.parentElement.open)) {
      await page.keyboard.press('Enter');
      if (!(await page.evaluate(() => document.activeElement.parentElement.open))) wrong.push('a fold does not open by keyboard');
      opened += 1;
    }
  }
  if (opened < Math.min(folds, 12)) wrong.push(`only ${opened} of ${folds} folds can be reached by keyboard`);
  const wide = page.locator('.scroll').filter({ visible: true });
  for (let at = 0; at < (await wide.count()); at += 1) {
    const box = wide.nth(at);
    if (!(await box.evaluate((one) => one.scrollWidth > one.clientWidth))) continue;
    await box.focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(400);
    if ((await box.evaluate((one) => one.scrollLeft)) === 0) wrong.push('a wide table does not scroll by keyboard');
  }
  return wrong;
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
  let failed = process.argv.length < 3;
  const tell = (file, name, wrong) => {
    console.log(`${basename(file)}, ${name}: ${wrong.length ? 'wrong' : 'well'}`);
    for (const line of wrong.slice(0, 12)) console.log(`    ${line}`);
    failed ||= wrong.length > 0;
  };
  for (const file of process.argv.slice(2)) {
    for (const way of WAYS) tell(file, way.name, await judged(browser, file, way));
    tell(file, 'sealed', await sealed(browser, file));
  }
  await browser.close();
  process.exit(failed ? 1 : 0);
})();
