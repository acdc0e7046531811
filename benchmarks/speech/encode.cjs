// Samples (16 bit, 8 kHz) to AMR as WeChat's phones send it: node encode.cjs IN OUT IN OUT …

const fs = require("node:fs");

const Recorder = {};
Object["Recorder-Core-Export"] = Recorder;
require("recorder-core/src/engine/beta-amr-engine.js");

const files = process.argv.slice(2);
for (let at = 0; at < files.length; at += 2) {
  const raw = fs.readFileSync(files[at]);
  const samples = new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
  const frames = Recorder.AMR.GetEncoder(12.2).encode(samples);
  fs.writeFileSync(files[at + 1], Buffer.concat([Buffer.from("#!AMR\n"), Buffer.from(frames)]));
}
