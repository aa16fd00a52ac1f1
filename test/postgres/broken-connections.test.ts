import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { sql } from "kysely";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import { openPostgres } from "../../src/db/postgres/engine.ts";

// The texts are those of the drivers, which give these errors no code. They are told from defects by them, so they must be known exactly.

test("a connection that breaks under a query", async () => {
  const { engine, cut } = await openThroughProxy();
  const query = sql`select pg_sleep(60)`.execute(engine.reader);
  const told = expectUnreachable(engine, query, "Connection terminated unexpectedly");
  await vi.waitFor(cut, 10_000);
  await told;
});

test("a connection that broke between two queries of a transaction", async () => {
  const { engine, cut } = await openThroughProxy();
  const transaction = engine.writer.transaction().execute(async (db) => {
    await sql`select 1`.execute(db);
    await cut();
    await sql`select 2`.execute(db);
  });
  await expectUnreachable(engine, transaction, "Client has encountered a connection error and is not queryable");
});

test("a query on a transaction that could not be rolled back", async () => {
  const { engine, cut } = await openThroughProxy();
  let later = async (): Promise<unknown> => expect.fail("no transaction");
  const transaction = engine.writer.transaction().execute(async (db) => {
    later = () => sql`select 1`.execute(db);
    await sql`select 1`.execute(db);
    await cut();
    throw new Error("something else");
  });
  await expect(transaction).rejects.toThrow();
  await expectUnreachable(engine, later(), "Postgres connection has been discarded");
});

test("a server that takes the connection and says nothing", async () => {
  const { engine } = await openThroughProxy({ silent: true });
  await expectUnreachable(engine, sql`select 1`.execute(engine.reader), "Connection terminated due to connection timeout");
});

test("a pool whose connections are all in use", async () => {
  const { engine } = await openThroughProxy();
  await engine.writer.transaction().execute(async (db) => {
    await sql`select 1`.execute(db);
    const other = sql`select 1`.execute(engine.writer);
    await expectUnreachable(engine, other, "timeout exceeded when trying to connect");
  });
});

async function expectUnreachable(engine: Engine, attempt: Promise<unknown>, text: string): Promise<void> {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: text });
  expect(engine.outageOf(error)).toBe("unreachable");
}

/** An engine of one connection of each kind, by way of a proxy. `cut` ends what runs through it, and fails if there is nothing. */
async function openThroughProxy({ silent = false } = {}) {
  const { url } = inject("postgres") ?? expect.fail("no PostgreSQL");
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    sockets.add(client.on("error", () => {}));
    if (silent) return;
    const server = connect(Number(target.port || 5432), target.hostname).on("error", () => {});
    client.pipe(server).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const engine = openPostgres(`${target.protocol}//${target.username}:${target.password}@127.0.0.1:${port}/postgres`, {
    poolSize: 1,
    statementTimeoutMs: 60_000,
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
    await engine.close();
  });
  return {
    engine,
    async cut() {
      const open = [...sockets].filter((socket) => !socket.destroyed && socket.bytesWritten > 0);
      expect(open).not.toEqual([]);
      for (const socket of open) {
        const closed = once(socket, "close");
        socket.end();
        await closed;
      }
    },
  };
}
