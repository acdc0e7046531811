import type { Server } from "node:http";
import type { Plugin } from "vite";

import { demoBehaviour } from "./demo.ts";
import { serveChat } from "./server.ts";
import { FakeService } from "./service.ts";

/** `npm run dev`: the page with the fake service behind it. Never part of a build. */
export function fakeBackEnd(): Plugin {
  return {
    name: "fake-back-end",
    apply: "serve",
    configureServer({ httpServer, middlewares }) {
      if (httpServer === null) return;
      const service = new FakeService(() => Date.now(), demoBehaviour());
      const handle = serveChat(httpServer as Server, service);
      middlewares.use((request, response, next) => {
        if (!handle(request, response)) next();
      });
    },
  };
}
