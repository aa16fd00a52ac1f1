import { create, type DescMessage, type DescMethod, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { startPostgres } from "../../test/support/postgres.ts";
import { atLeast, type Outcome } from "../harness/outcome.ts";
import { interleave } from "../harness/rounds.ts";
import { type Server, startRoster } from "../harness/servers.ts";
import { createMaker } from "../harness/users.ts";
import { envelope, envelopes, postAll } from "../harness/wire.ts";
import type { Work, World } from "../harness/world.ts";

const BATCH = 1000;
const BATCHES = 5;
const USERS = BATCH * BATCHES;
/** So many rounds are not counted: V8 is still compiling. */
const WARM_UP = 2;
const { importUsers, batchUpdateUsers: batchUpdate, updateUser } = UserService.method;
const SINGLE = "UpdateUser, one after the other";
const BATCHED = `BatchUpdateUsers of ${BATCH}`;

/** The same changes, by a call for each and by a call for a thousand, one after the other. */
export const batchUpdateUsers: Work = {
  name: "batch-update-users",
  async run(world) {
    const sqlite = await compare("SQLite", world, {});
    const postgres = await startPostgres();
    try {
      const env = { ROSTER_DATABASE_URL: `${postgres.url}/postgres` };
      return [sqlite, await compare("PostgreSQL without fsync", world, env)];
    } finally {
      await postgres.remove();
    }
  },
};

async function compare(engine: string, world: World, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const server = await startRoster(world.folder(), { ...world, env });
  const { message } = createMaker();
  const users = Array.from({ length: USERS }, (_, index) => ({ ...message(index), id: `user-${index}` }));
  await callAll(
    server,
    importUsers,
    slices(users).map((slice) => ({ users: slice })),
  );
  let turn = 0;
  const contestants = {
    [BATCHED]: () => {
      turn += 1;
      const updates = users.map(({ id }) => ({ user: { id, about: `batch ${turn}` } }));
      return callAll(
        server,
        batchUpdate,
        slices(updates).map((slice) => ({ updates: slice })),
      );
    },
    [SINGLE]: () => {
      turn += 1;
      return callAll(
        server,
        updateUser,
        users.slice(0, BATCH).map(({ id }) => ({ user: { id, about: `single ${turn}` } })),
      );
    },
  };
  await interleave(WARM_UP, contestants);
  const times = await interleave(world.rounds, contestants);
  await server.stop();
  const rates = (count: number, name: keyof typeof contestants) => times[name].map((ms) => (count * 1000) / ms);
  const samples = { [BATCHED]: rates(USERS, BATCHED), [SINGLE]: rates(BATCH, SINGLE) };
  const verdicts = [atLeast(10, SINGLE, samples[BATCHED] ?? [], samples[SINGLE] ?? [])];
  return { work: `BatchUpdateUsers, gRPC, ${engine}`, unit: "users/s", samples, verdicts };
}

function slices<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: BATCHES }, (_, batch) => rows.slice(batch * BATCH, (batch + 1) * BATCH));
}

type Method<I extends DescMessage, O extends DescMessage> = DescMethod & { readonly input: I; readonly output: O };

/** Milliseconds. Throws unless every call changes what it is to change. */
async function callAll<I extends DescMessage, O extends DescMessage>(
  { url, headers }: Server,
  method: Method<I, O>,
  requests: ReadonlyArray<MessageInitShape<I>>,
): Promise<number> {
  const bodies = requests.map((request) => envelope(toBinary(method.input, create(method.input, request))));
  const grpc = { ...headers, "content-type": "application/grpc", te: "trailers" };
  const start = performance.now();
  for await (const answer of postAll(`${url}/${method.parent.typeName}/${method.name}`, grpc, bodies)) {
    const [message] = envelopes(answer.body);
    const decoded = message && fromBinary(method.output, message);
    if (decoded === undefined || ("failures" in decoded && `${decoded.failures}` !== "")) {
      throw new Error(`${method.name} answers ${JSON.stringify(answer.headers)}`);
    }
  }
  return performance.now() - start;
}
