import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";

import { isRecord, parseJson } from "../../src/protocol/frames.ts";
import type { FakeConversation, FakeService, Line } from "./service.ts";

/** The fake service behind a real HTTP server and real WebSockets. */
export function serveChat(
  server: Server,
  service: FakeService,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const door = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url !== "/chat/ws") return;
    if (!service.available) {
      socket.destroy();
      return;
    }
    door.handleUpgrade(request, socket, head, (webSocket) => talk(webSocket, service));
  });
  return (request, response) => {
    const path = request.url ?? "";
    if (!/^\/chat\/(session|messages)(\?|$)/.test(path)) return false;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (!service.available) {
        response.writeHead(503).end();
        return;
      }
      const body =
        request.method === "POST" ? parseJson(Buffer.concat(chunks).toString()) : undefined;
      const token = request.headers.authorization?.replace(/^Bearer /, "");
      const answer = service.http(path, token, body);
      response.writeHead(answer.status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer.body));
    });
    return true;
  };
}

/** Closes every WebSocket that talks to this conversation, as a restart would. */
export function hangUp(conversation: FakeConversation): void {
  for (const line of conversation.lines) sockets.get(line)?.terminate();
}

const sockets = new WeakMap<Line, WebSocket>();

function talk(socket: WebSocket, service: FakeService): void {
  let conversation: FakeConversation | undefined;
  const line: Line = (frame) => socket.send(JSON.stringify(frame));
  sockets.set(line, socket);
  socket.on("message", (data: Buffer) => {
    const frame = parseJson(data.toString());
    if (!isRecord(frame)) return;
    if (frame["type"] !== "hello") {
      conversation?.receive(frame, line);
      return;
    }
    conversation = service.byToken(frame["token"]);
    if (conversation === undefined) socket.close(4401);
    else conversation.hello(line, Number(frame["after"]));
  });
  socket.on("close", () => conversation?.lines.delete(line));
}
