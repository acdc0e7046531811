import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Prints the gzipped size of all that is built, and fails the build when it passes the limit (bytes). */
export function sizeLimit(limit: number): Plugin {
  let folder = "";
  let failed = false;
  return {
    name: "size-limit",
    apply: "build",
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
    },
    buildEnd(error) {
      failed = error !== undefined;
    },
    closeBundle() {
      if (failed) return;
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      const total = files.reduce(
        (sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length,
        0,
      );
      const figures = `${total} bytes gzipped in ${files.length} files, of at most ${limit}`;
      if (total > limit) this.error(`the chat is too large: ${figures}`);
      console.log(`chat: ${figures}`);
    },
  };
}
