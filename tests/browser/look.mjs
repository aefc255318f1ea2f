// Opens a report as its readers do: offline, in light and dark, on a narrow and a wide
// screen, and on paper. Fails where the page asks for anything but itself, is wider than
// the screen, runs a script, or where axe-core finds a serious or critical fault.
//
//     node tests/browser/look.mjs CHROMIUM MODULES REPORT.html [FOLDER FOR SCREENSHOTS]

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, modules, report, pictures] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), "node_modules", "x.js"));
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const address = pathToFileURL(resolve(report)).href;
const faults = [];

// The pages are ours and offline; in a container the sandbox often cannot be made.
const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--allow-file-access-from-files=false"],
});

/** A page that may ask for nothing but the report. */
async function open(scheme, width, scripts) {
  const page = await browser.newPage();
  const where = `${scheme}, ${width} px`;
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setJavaScriptEnabled(scripts);
  // For axe-core alone, which is put into the page: the page's own rule forbids every script.
  await page.setBypassCSP(scripts);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (request.url() === address) return request.continue();
    faults.push(`${where}: the page asks for ${request.url()}`);
    return request.abort();
  });
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${where}: ${message.text()}`);
  });
  await page.goto(address, { waitUntil: "load" });
  return page;
}

/** Reads the page as it is, without scripts. */
async function read(scheme, width) {
  const page = await open(scheme, width, false);
  // Evaluated by the debugger, which the switch for scripts of the page does not concern.
  const found = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
    scripts: document.querySelectorAll("script, [onload], [onerror], [onclick], iframe, object, embed, link").length,
    text: document.body.innerText.length,
    heads: [...document.querySelectorAll("h1, h2, h3, h4")].map((head) => Number(head.tagName[1])),
  }));
  const where = `${scheme}, ${width} px`;
  if (found.wide > found.window) faults.push(`${where}: ${found.wide} px of page in a window of ${found.window} px`);
  if (found.scripts > 0) faults.push(`${where}: ${found.scripts} elements that run or load something`);
  if (found.text < 2000) faults.push(`${where}: hardly any text`);
  found.heads.forEach((level, at) => {
    if (at > 0 && level > found.heads[at - 1] + 1) faults.push(`${where}: a heading h${level} after h${found.heads[at - 1]}`);
  });
  if (pictures) await page.screenshot({ path: join(pictures, `${scheme}-${width}.png`), fullPage: true });
  await page.close();
}

/** Checks the page with axe-core. */
async function check(scheme, width) {
  const page = await open(scheme, width, true);
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  if (passes.length < 10) faults.push(`${scheme}, ${width} px: axe-core hardly checked anything`);
  for (const { id, impact, nodes } of violations) {
    const told = `${scheme}, ${width} px: ${id} (${impact}), ${nodes.length} times, first ${nodes[0].target}`;
    if (impact === "serious" || impact === "critical") faults.push(told);
    else console.error(`noted: ${told}`);
  }
  await page.close();
}

try {
  for (const scheme of ["light", "dark"]) {
    for (const width of [400, 1400]) {
      await read(scheme, width);
      await check(scheme, width);
    }
  }
  if (pictures) {
    const page = await open("light", 1000, false);
    await page.pdf({ path: join(pictures, "print.pdf"), preferCSSPageSize: true, printBackground: false });
  }
} finally {
  await browser.close();
}
faults.forEach((fault) => console.error(fault));
console.log(`${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
