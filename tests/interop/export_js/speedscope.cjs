// deno-lint-ignore-file explicit-function-return-type -- JavaScript has no types
// Has speedscope's own importer read each file named, and prints the profiles that it made of them as JSON.
const { readdirSync, readFileSync } = require("node:fs");
const path = require("node:path");
const { JSDOM } = require("jsdom");

// The package is the page alone: its importer is taken out of the script.
const folder = path.join(path.dirname(require.resolve("speedscope/package.json")), "dist/release");
const name = readdirSync(folder).find((each) => /^speedscope-.*\.js$/.test(each));
const script = readFileSync(path.join(folder, name), "utf8");
const [, importer] = /loadFileFromBase64:\(\w+,\w+\)=>\{this\.loadProfile\(\(\)=>(\w+)\(/.exec(
  script,
);
const end = script.lastIndexOf("})()");

const dom = new JSDOM("<!doctype html><body></body>", {
  runScripts: "outside-only",
  url: "http://localhost/",
  pretendToBeVisual: true,
});
const { window } = dom;
Object.assign(window, { TextDecoder, TextEncoder });
window.matchMedia = () => ({ matches: false, addListener() {}, removeListener() {} });
window.document.fonts = { ready: Promise.resolve(), load: () => Promise.resolve([]) };
// Without it the page has nothing to draw on, which its importer does not need.
window.HTMLCanvasElement.prototype.getContext = () => null;
window.console.log = window.console.error = () => {};
window.eval(`${script.slice(0, end)};window.importFile=${importer};${script.slice(end)}`);

async function read(file) {
  const group = await window.importFile(
    path.basename(file),
    readFileSync(file).toString("base64"),
  );
  return group.profiles.map((each) => {
    const profile = each.getProfile?.() ?? each;
    const calls = [];
    const note = (type) => ({ frame }, value) => calls.push([type, frame.name, value]);
    profile.forEachCall(note("open"), note("close"));
    return { name: profile.getName(), total: profile.getTotalWeight(), calls };
  });
}

Promise.all(process.argv.slice(2).map(read)).then((profiles) => {
  process.stdout.write(JSON.stringify(profiles), () => process.exit(0));
});
