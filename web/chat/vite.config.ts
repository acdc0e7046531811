import { defineConfig, type UserConfig } from "vite";

import { sizeLimit } from "./build/size-limit.ts";

/** Everything the customer's phone loads, gzipped. */
const LIMIT_BYTES = 60_000;

export default defineConfig(async ({ command, mode }): Promise<UserConfig> => ({
  base: "/chat/",
  // `npm run dev` answers from the fake server; `npm run dev -- --mode care` from a running care server.
  plugins: [
    sizeLimit(LIMIT_BYTES),
    command === "serve" && mode !== "care"
      ? (await import("./tests/fake/vite-plugin.ts")).fakeBackEnd()
      : null,
  ],
  server: {
    proxy:
      mode === "care"
        ? {
            "^/chat/(session|messages)": "http://127.0.0.1:8080",
            "/chat/ws": { target: "ws://127.0.0.1:8080", ws: true },
          }
        : {},
  },
  build: {
    outDir: "../dist/chat",
    emptyOutDir: true,
    // Customers' phones are not always new: browsers and WebViews from the end of 2020 on.
    target: ["es2020", "chrome87", "safari14", "firefox84"],
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { page: "index.html", "xiaoxun-chat": "src/main.ts" },
      output: {
        // Other sites embed the component by this address, so it carries no hash.
        entryFileNames: ({ name }) =>
          name === "xiaoxun-chat" ? "xiaoxun-chat.js" : "assets/[name]-[hash].js",
      },
      preserveEntrySignatures: "strict",
    },
  },
}));
