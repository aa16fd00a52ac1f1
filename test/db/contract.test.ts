import { describe } from "vitest";
import { accounts } from "./contract/accounts.ts";
import { changes } from "./contract/changes.ts";
import { history } from "./contract/history.ts";
import { keysAndAnswers } from "./contract/keys-and-answers.ts";
import { lists } from "./contract/lists.ts";
import { noncesAndAccess } from "./contract/nonces-and-access.ts";
import { purges } from "./contract/purges.ts";
import { readsAndWrites } from "./contract/reads-and-writes.ts";
import { retention } from "./contract/retention.ts";
import { revisions } from "./contract/revisions.ts";
import { servers } from "./contract/servers.ts";
import { sessions } from "./contract/sessions.ts";
import { users } from "./contract/users.ts";

/** Every MUST of src/directory/store.ts. Nothing here knows which engine it runs on: test/support/store.ts decides. */
describe("reads and writes", readsAndWrites);
describe("several servers", servers);
describe("revisions", revisions);
describe("accounts", accounts);
describe("keys and answers", keysAndAnswers);
describe("nonces and access", noncesAndAccess);
describe("users", users);
describe("sessions", sessions);
describe("lists", lists);
describe("history", history);
describe("changes", changes);
describe("retention", retention);
describe("purges", purges);
