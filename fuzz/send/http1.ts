import { Agent, request as http1Request, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import type { Shot } from "../requests/shot.ts";
import { type Answer, MOST_BYTES, PATIENCE_MS, STAY_MS } from "./answer.ts";

/** Sends requests over HTTP/1.1, by connections that are kept. */
export class Http1Sender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  /** `endless`: the answer need not end; it is left after a while. */
  send(origin: URL, shot: Shot, headers: Shot["headers"], endless: boolean): Promise<Answer> {
    return this.#exchange(this.#agent, origin, shot, headers, endless);
  }

  /** By a connection of its own: one that is kept may just have been closed. */
  sendAlone(origin: URL, shot: Shot, headers: Shot["headers"], endless: boolean): Promise<Answer> {
    return this.#exchange(false, origin, shot, headers, endless);
  }

  #exchange(
    agent: Agent | false,
    origin: URL,
    { verb, path, body }: Shot,
    headers: Shot["headers"],
    endless: boolean,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const start = performance.now();
      const timers = new Set<NodeJS.Timeout>();
      const finish = (answer: Answer) => {
        for (const timer of timers) clearTimeout(timer);
        resolve(answer);
      };
      try {
        const { hostname: host, port } = origin;
        const options = {
          host,
          port,
          agent,
          method: verb,
          path,
          headers: grouped(headers),
          joinDuplicateHeaders: true,
        };
        const request = http1Request(options, (response) =>
          read(response, endless, timers, finish, () => request.destroy()),
        );
        request.on("error", (error) => finish({ kind: "broken", why: error.message }));
        timers.add(
          setTimeout(
            () => {
              finish(endless ? LEFT : { kind: "silent", milliseconds: performance.now() - start });
              request.destroy();
            },
            endless ? STAY_MS : PATIENCE_MS,
          ),
        );
        request.end(body);
      } catch {
        finish({ kind: "unsent" });
      }
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Nothing had to be said yet. */
const LEFT: Answer = {
  kind: "answered",
  status: 200,
  header: new Headers(),
  trailer: new Headers(),
  body: Buffer.alloc(0),
  left: true,
};

function read(
  response: IncomingMessage,
  endless: boolean,
  timers: Set<NodeJS.Timeout>,
  finish: (answer: Answer) => void,
  hangUp: () => void,
): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  const answer = (left: boolean): Answer => ({
    kind: "answered",
    status: response.statusCode ?? 0,
    header: toHeaders(response.rawHeaders),
    trailer: toHeaders(response.rawTrailers),
    body: Buffer.concat(parts),
    left,
  });
  const leave = () => {
    finish(answer(true));
    hangUp();
  };
  if (endless) timers.add(setTimeout(leave, STAY_MS));
  response.on("data", (part: Buffer) => {
    parts.push(part);
    bytes += part.length;
    if (bytes > MOST_BYTES) leave();
  });
  response.on("end", () => finish(answer(false)));
  response.on("error", (error) => finish({ kind: "broken", why: error.message }));
  response.on("aborted", () => finish({ kind: "broken", why: "the answer broke off" }));
}

function grouped(headers: Shot["headers"]): OutgoingHttpHeaders {
  const values: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const before = values[name];
    values[name] = before === undefined ? value : [before, value].flat();
  }
  return values;
}

function toHeaders(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? "", raw[at + 1] ?? "");
  return headers;
}
