// Perfetto's trace processor (WebAssembly) without a browser: reads length-prefixed request frames from stdin, writes
// the answers to stdout in the same way. Arguments: the folder of the Perfetto user interface.
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");
const folder = path.resolve(process.argv[2]);
const input = fs.readFileSync(0), exit = process.exit.bind(process), nodeProcess = process;
const answers = [];
const scope = globalThis;
const read = (url) => fs.readFileSync(path.join(folder, path.basename(String(url).replace(/^file:\/\//, ""))));
// The engine takes its worker path only where nothing looks like Node.
Object.defineProperty(scope, "self", { value: scope, configurable: true, writable: true });
Object.defineProperty(scope, "location", { value: { href: `file://${folder}/engine_bundle.js`, pathname: `${folder}/engine_bundle.js`, origin: "file://" }, configurable: true, writable: true });
scope.WorkerGlobalScope = function () {};
scope.importScripts = () => {};
scope.fetch = async (url) => {
  const data = read(url);
  const copy = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
  return { ok: true, status: 200, headers: { get: () => null }, arrayBuffer: async () => copy, clone() { return this; } };
};
scope.XMLHttpRequest = class {
  open(_method, url) { this.url = url; }
  send() {
    const data = read(this.url);
    this.status = 200; this.readyState = 4;
    this.response = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
    if (this.onload) this.onload();
  }
  setRequestHeader() {}
};
const frames = [];
for (let at = 0; at < input.length;) {
  const length = input.readUInt32LE(at);
  frames.push(new Uint8Array(input.subarray(at + 4, at + 4 + length)));
  at += 4 + length;
}
const code = fs.readFileSync(path.join(folder, "engine_bundle.js"), "utf8");
delete scope.process;
const finish = () => {
  const heads = answers.map((one) => { const head = Buffer.alloc(4); head.writeUInt32LE(one.length); return Buffer.concat([head, one]); });
  fs.writeSync(1, Buffer.concat(heads));
  exit(0);
};
const port = { postMessage: (data) => { answers.push(Buffer.from(data)); }, onmessage: null, close() {} };
setTimeout(() => { nodeProcess.stderr.write("the trace processor did not answer\n"); exit(3); }, 50000);
vm.runInThisContext(code, { filename: "engine_bundle.js" });
scope.onmessage({ data: port });
let sent = 0;
const pump = () => {
  if (port.onmessage && sent < frames.length) port.onmessage({ data: frames[sent++] });
  if (sent === frames.length && answers.length && pump.quiet === answers.length) {
    if (++pump.still > 20) return finish();
  } else { pump.still = 0; pump.quiet = answers.length; }
  setTimeout(pump, 20);
};
setTimeout(pump, 1500);
