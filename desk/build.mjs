// Bundles the desk's editor into ../services/ingest/articles/static/built, beside it the licences of what is in it and
// the sums of every file that it was made of and that was made: a test without Node sees whether they still match.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = "services/ingest/articles/static/built";
// The text of the article, and what merges two windows' texts.
const NAMES = ["richtext", "merge"];
const LICENCES = `${OUT}/richtext.licences.txt`;

rmSync(join(ROOT, OUT), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: NAMES.map((name) => `desk/src/${name}.js`),
  outdir: OUT,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "eof",
  banner: { js: "/*! Built from desk/ by `make editor`. Licences: richtext.licences.txt */" },
  metafile: true,
  logLevel: "warning",
});
// What a browser on a slow line waits for: packed once, as tight as it goes.
const SCRIPTS = NAMES.flatMap((name) => [`${OUT}/${name}.js`, `${OUT}/${name}.js.br`]);
for (const name of NAMES) {
  const script = join(ROOT, OUT, `${name}.js`);
  writeFileSync(`${script}.br`, brotliCompressSync(readFileSync(script)));
}
const inputs = Object.keys(metafile.inputs);
const isPackage = (path) => path.startsWith("desk/node_modules/");

const packages = new Set(inputs.filter(isPackage).map((path) => /^desk\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)[0]));
const licences = new Map();
for (const path of [...packages].sort()) {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, path, "package.json"), "utf8"));
  const file = readdirSync(join(ROOT, path)).find((one) => /^licen[cs]e/i.test(one));
  if (!file) throw new Error(`${name} is bundled, but has no licence`);
  const text = readFileSync(join(ROOT, path, file), "utf8").trim();
  licences.set(text, [...(licences.get(text) ?? []), `${name} ${version}`]);
}
writeFileSync(join(ROOT, LICENCES), [...licences].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`).join("\n\n"));

const sources = [...inputs.filter((path) => !isPackage(path)), "desk/build.mjs", "desk/package.json", "desk/package-lock.json"];
const sums = [...sources.sort(), ...SCRIPTS, LICENCES]
  .map((path) => `${createHash("sha256").update(readFileSync(join(ROOT, path))).digest("hex")}  ${path}\n`);
writeFileSync(join(ROOT, OUT, "richtext.sha256"), sums.join(""));
