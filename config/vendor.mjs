// Copies the few front-end files that the pages use into assets/vendor, without source-map comments, and draws one
// sprite of the icons that templates and Python name. Run by `npm run vendor`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";

const target = "assets/vendor";
const files = ["bootstrap/dist/css/bootstrap.min.css"];
const places = ["templates", "accounts"];
// Only the kinds of chart that the pages draw: a third of the whole library. The global is called echarts, as in its docs.
const charts = `
  export { init, use } from "echarts/core";
  import { use } from "echarts/core";
  import { BarChart, LineChart } from "echarts/charts";
  import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
  import { SVGRenderer } from "echarts/renderers";
  use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);
`;
const named = [/\{% icon "([a-z0-9-]+)"/g, /Item\("[^"]+", "([a-z0-9-]+)"/g];

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (/\.(html|py)$/.test(entry.name)) yield path;
  }
}

function usedIcons() {
  const names = new Set();
  for (const place of places)
    for (const path of walk(place))
      for (const pattern of named)
        for (const match of readFileSync(path, "utf8").matchAll(pattern)) names.add(match[1]);
  return [...names].sort();
}

function symbol(name) {
  const svg = readFileSync(`node_modules/bootstrap-icons/icons/${name}.svg`, "utf8");
  return svg
    .replace(/<svg[^>]*viewBox="([^"]+)"[^>]*>/, `<symbol id="${name}" viewBox="$1">`)
    .replace("</svg>", "</symbol>")
    .replace(/\s*\n\s*/g, "");
}

mkdirSync(target, { recursive: true });
for (const file of files) {
  const text = readFileSync(`node_modules/${file}`, "utf8").replace(/\/[*/][#@] sourceMappingURL=.*/g, "");
  writeFileSync(join(target, basename(file)), text);
}
buildSync({
  stdin: { contents: charts, resolveDir: "." },
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "echarts",
  target: "chrome109",
  charset: "utf8",
  legalComments: "inline",
  outfile: join(target, "charts.min.js"),
});
const sprite = usedIcons().map(symbol).join("\n");
writeFileSync(join(target, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${sprite}\n</svg>\n`);
