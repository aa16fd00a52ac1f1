import { createRosterClient, type Reason, RosterError } from "@roster/client";
import { usersSeen } from "./seen.ts";

declare const process: { readonly argv: string[] };
const [, , baseUrl = "", apiKey = ""] = process.argv;

const roster = createRosterClient({ baseUrl, apiKey });
const seen = await usersSeen({ ...roster.users, close: () => {} });
const thrown: unknown = await roster.users
  .getUser({ key: { case: "id", value: "nobody" } })
  .catch((error: unknown) => error);
const reason: Reason | undefined = thrown instanceof RosterError ? thrown.reason : undefined;
// @ts-expect-error It is no reason.
const isMistaken = reason === "USER_NOT_FUOND";
console.log(JSON.stringify({ ...seen, reason, isMistaken }));
roster.close();
