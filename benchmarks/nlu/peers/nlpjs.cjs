// Trains NLP.js on examples and asks it sentences. Standard input: {language, train: [[text, intent]], texts: {split: [text]}}.
// Standard output: {names, chances: {split: [[probability]]}, train_seconds, milliseconds, megabytes}.

const fs = require('node:fs');
const { containerBootstrap } = require('@nlpjs/core');
const { LangEn } = require('@nlpjs/lang-en');
const { LangZh } = require('@nlpjs/lang-zh');
const { Nlp } = require('@nlpjs/nlp');

// It prints every epoch, and sentences.
console.log = () => {};
console.warn = () => {};

function peakMegabytes() {
  try { // Linux's getrusage counts what the parent had when it made the process
    return Number(/VmHWM:\s*(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'ascii'))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

async function main() {
  const { language, train, texts } = JSON.parse(fs.readFileSync(0, 'utf-8'));
  const container = await containerBootstrap();
  container.use(Nlp);
  container.use(language === 'zh' ? LangZh : LangEn);
  const nlp = container.get('nlp');
  nlp.settings.autoSave = false;
  nlp.settings.calculateSentiment = false; // nobody asks for it: it would only cost time
  nlp.addLanguage(language);
  for (const [text, intent] of train) nlp.addDocument(language, text, intent);
  const began = process.hrtime.bigint();
  await nlp.train();
  const trainSeconds = Number(process.hrtime.bigint() - began) / 1e9;

  const names = [...new Set(train.map(([, intent]) => intent))].sort();
  await nlp.process(language, train[0][0]);
  const before = process.cpuUsage();
  const chances = {};
  let asked = 0;
  for (const [split, sentences] of Object.entries(texts)) {
    chances[split] = [];
    for (const sentence of sentences) {
      const { classifications } = await nlp.process(language, sentence);
      const found = new Map(classifications.map(({ intent, score }) => [intent, score]));
      chances[split].push(names.map((name) => found.get(name) ?? 0));
      asked += 1;
    }
  }
  const used = process.cpuUsage(before);
  const result = {
    names,
    chances,
    train_seconds: trainSeconds,
    milliseconds: (used.user + used.system) / 1000 / asked,
    megabytes: peakMegabytes(),
  };
  fs.writeFileSync(1, JSON.stringify(result));
}

main();
