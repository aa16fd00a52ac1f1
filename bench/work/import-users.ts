import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ImportUsersRequestSchema, UserService } from "../../gen/roster/v1/user_service_pb.js";
import { fillDatabase } from "../harness/database.ts";
import { atLeast } from "../harness/outcome.ts";
import { interleave } from "../harness/rounds.ts";
import { databaseIn, ROSTER, startRoster } from "../harness/servers.ts";
import { runOn, SERVER_CORE } from "../harness/tools.ts";
import { createMaker } from "../harness/users.ts";
import { envelope, envelopes, postAll } from "../harness/wire.ts";
import type { Work, World } from "../harness/world.ts";

const BATCH = 1000;
const BATCHES = 35;
/** The first calls find V8 compiling; what a server does all day comes after. */
const WARM_UP = 20;
const METHOD = UserService.method.importUsers;
const BARE = "bare better-sqlite3";

export const importUsers: Work = {
  name: "import-users",
  async run(world) {
    const bodies = createBodies();
    const source = world.folder();
    await importInto(source, world, bodies);
    const samples = await interleave(world.rounds, {
      [ROSTER]: () => importInto(world.folder(), world, bodies),
      [BARE]: () => insertInto(world.folder(), world, source),
    });
    const work = `ImportUsers, gRPC, durable, batches of ${BATCH}`;
    return [{ work, unit: "users/s", samples, verdicts: [atLeast(0.6, BARE, samples[ROSTER], samples[BARE])] }];
  },
};

function createBodies(): Buffer[] {
  const { message } = createMaker();
  return Array.from({ length: BATCHES }, (_, batch) => {
    const users = Array.from({ length: BATCH }, (_, index) => message(batch * BATCH + index));
    return envelope(toBinary(ImportUsersRequestSchema, create(ImportUsersRequestSchema, { users })));
  });
}

/** Users per second, one call after the other, into a new database; after the first calls. */
async function importInto(folder: string, world: World, bodies: readonly Buffer[]): Promise<number> {
  const { url, headers, stop } = await startRoster(folder, world);
  const grpc = { ...headers, "content-type": "application/grpc", te: "trailers" };
  let [start, calls] = [0, 0];
  for await (const { body, headers: answered } of postAll(`${url}/roster.v1.UserService/ImportUsers`, grpc, bodies)) {
    const [message = new Uint8Array()] = envelopes(body);
    calls += 1;
    if (calls === WARM_UP) {
      start = performance.now();
    }
    if (fromBinary(METHOD.output, message).created !== BATCH) {
      throw new Error(`not all were imported: ${JSON.stringify(answered)}`);
    }
  }
  const rate = (BATCH * (BATCHES - WARM_UP) * 1000) / (performance.now() - start);
  await stop();
  return rate;
}

/** The very rows that Roster has written, into the same tables of another new database, on the core of the server; the same of them count. */
async function insertInto(folder: string, { secret }: World, source: string): Promise<number> {
  await fillDatabase(`sqlite:${databaseIn(folder)}`, secret, 0);
  const script = join(import.meta.dirname, "../harness/bare-insert.ts");
  const args = [script, databaseIn(source), databaseIn(folder), String(BATCH), String(BATCH * WARM_UP)];
  return Number(await runOn(SERVER_CORE, process.execPath, args));
}
