import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";

import { serveChat } from "../fake/server.ts";
import { FakeService, type Behaviour } from "../fake/service.ts";

const DIST = fileURLToPath(new URL("../../../dist/chat", import.meta.url));
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'";

export interface Site {
  readonly address: string;
  readonly service: FakeService;
  close(): Promise<void>;
}

/** The built page on a loopback port, with the fake service behind it. */
export async function openSite(behaviour: Behaviour, port = 0): Promise<Site> {
  const service = new FakeService(() => Date.now(), behaviour);
  const server: Server = createServer((request, response) => {
    if (handle(request, response)) return;
    const path = normalize(new URL(request.url ?? "/", "http://x").pathname).replace(
      /^\/chat\//,
      "",
    );
    const file = join(DIST, path === "" ? "index.html" : path);
    if (!file.startsWith(DIST) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      // What the care server sends with its pages: a violation shows in the console.
      "Content-Security-Policy": `${POLICY}; connect-src 'self' ws://${request.headers.host ?? ""}`,
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
    });
    response.end(readFileSync(file));
  });
  const handle = serveChat(server, service);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat/`,
    service,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Chromium from CHROMIUM or its usual place; null where there is none. */
export function chromiumPath(): string | null {
  const candidates = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"];
  return candidates.find((path) => path !== undefined && path !== "" && existsSync(path)) ?? null;
}

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
