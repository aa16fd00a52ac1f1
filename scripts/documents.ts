// Writes the documents whose facts stand in the code. With --check it writes nothing, and fails if one of them is stale.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DescMethod } from "@bufbuild/protobuf";
import { codeToHttpStatus } from "@connectrpc/connect/protocol-connect";
import { EXIT_CODES } from "../src/cli/exit-codes.ts";
import { flagOf, SETTINGS, variablesOf } from "../src/config/settings.ts";
import { REASONS, type Reason } from "../src/directory/errors.ts";
import { REFUSAL_CAUSES } from "../src/directory/keys/refusal.ts";
import { keysOf } from "../src/directory/values/records.ts";
import { DEFINITIONS, definitionOf } from "../src/metrics/definitions.ts";
import { CODES, codeName } from "../src/rpc/errors.ts";
import { methodName, PERMISSIONS, SERVICES } from "../src/rpc/permissions/permissions.ts";
import { dashboard } from "./dashboard/dashboard.ts";

const DOCUMENTS = {
  "deploy/grafana/roster.json": dashboard,
  "docs/cli.md": commandLineDocument,
  "docs/clients.md": clientsDocument,
  "docs/errors.md": errorsDocument,
  "docs/operations.md": operationsDocument,
  "docs/permissions.md": permissionsDocument,
  "docs/settings.md": settingsDocument,
  "packages/client/src/reasons.ts": reasonsModule,
} as const;

const check = process.argv.includes("--check");
for (const [path, document] of Object.entries(DOCUMENTS)) {
  const file = join(import.meta.dirname, "..", path);
  const text = document(file);
  if (!check) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || text !== readFileSync(file, "utf8")) {
    console.error(`${path} is stale: npm run documents`);
    process.exitCode = 1;
  }
}

function errorsDocument(): string {
  const rows = Object.entries(REASONS).map(([reason, description]) => {
    const code = CODES[reason as Reason];
    return [`\`${reason}\``, codeName(code), String(codeToHttpStatus(code)), description];
  });
  return `# Errors

${madeFrom("src/directory/errors.ts", "src/rpc/errors.ts")}

Errors are the same on gRPC, gRPC-Web and Connect, on both ports. Each has a code, a message for people, and these details:

- \`google.rpc.ErrorInfo\`, always: \`reason\` is one of those below, \`domain\` is \`roster\`, \`metadata\` has facts for programs.
- \`google.rpc.RequestInfo\`, always: \`request_id\` is what the call is found by in the log and in traces: the id of its trace, or of the call where
  it is part of none.
- \`google.rpc.BadRequest\` where fields are invalid: the path of each field, as \`user.display_name\` or \`keys[3].id\`.
- \`google.rpc.ResourceInfo\` where the error is about a resource.
- \`google.rpc.RetryInfo\` where waiting helps: try again after \`retry_delay\`.

Reasons never change; messages may. So programs branch on the code or the reason, never on the message. A change that failed with
UNAVAILABLE, or whose connection broke, may have been committed: repeat it with the same \`request_id\`.

The HTTP status is that of Connect; an unknown method there is 404, a verb that is not spoken 405, a content type 415. gRPC and gRPC-Web
answer 200 and send the code as \`grpc-status\`.

${table(["reason", "code", "HTTP", "when"], rows)}`;
}

function reasonsModule(): string {
  const names = Object.keys(REASONS).map((reason) => `\n  | "${reason}"`);
  return `// Made by \`npm run documents\` from src/directory/errors.ts: change that.

/** Why a call failed. */
export type Reason =${names.join("")};
`;
}

function settingsDocument(): string {
  const rows = Object.values(SETTINGS).map(({ variable, fallback, description }) => [
    `\`${variable}\``,
    `\`${flagOf(variable)}\``,
    fallback && `\`${fallback}\``,
    description,
  ]);
  const files = Object.values(SETTINGS).flatMap((setting) => variablesOf(setting).slice(1));
  return `# Settings

${madeFrom("src/config/settings.ts")}

Each setting is an environment variable, or a flag of \`roster serve\`; the flag wins. An empty value means the default. A wrong value
stops the start with exit code 2 and a message that names every wrong setting. A variable \`ROSTER_…\` that is not a setting changes
nothing; the log warns of it, with the setting whose name is nearest.

${table(["variable", "flag", "default", "meaning"], rows)}
## Secrets as files

These name a file, as containers mount secrets, with the value of the setting: ${listed(files)}.
The value is the content of the file without the line breaks at its end. It is a mistake to set both variables of a setting, to name a
file that can't be read, and to name one that is empty. A flag wins over both.

## The command line

The command line has its own: \`ROSTER_SERVER\`, \`ROSTER_API_KEY\` (or \`ROSTER_API_KEY_FILE\`), and \`ROSTER_DATABASE_URL\`
(or \`ROSTER_DATABASE_URL_FILE\`), beside whose file it looks for \`admin.key\`; and a client certificate to
show, \`ROSTER_CLIENT_CERTIFICATE\` and \`ROSTER_CLIENT_KEY\` ([client certificates](mtls.md)); \`ROSTER_SERVER_CA\`, who may have signed that of
the server; and \`ROSTER_PROFILE\`. See [the command line](cli.md).

What the settings mean in operation: [operations](operations.md).
`;
}

function commandLineDocument(file: string): string {
  const rows = Object.values(EXIT_CODES).map(({ code, when }) => [String(code), when]);
  return withTable(readFileSync(file, "utf8"), "src/cli/exit-codes.ts", ["code", "when"], rows);
}

function operationsDocument(file: string): string {
  const metrics = keysOf(DEFINITIONS).map((name) => {
    const { type, unit, labels, help } = definitionOf(name);
    return [`\`${name}\``, type, unit, labels.map((label) => `\`${label}\``).join(", "), help];
  });
  const causes = Object.entries(REFUSAL_CAUSES).map(([cause, when]) => [`\`${cause}\``, when]);
  const text = readFileSync(file, "utf8");
  const withMetrics = withTable(text, "src/metrics/definitions.ts", ["metric", "type", "unit", "labels", ""], metrics);
  return withTable(withMetrics, "src/directory/keys/refusal.ts", ["cause", "when"], causes);
}

/** Shows the examples as they are in their files. */
function clientsDocument(file: string): string {
  const text = readFileSync(file, "utf8");
  return text.replace(
    /(<!-- Made by `npm run documents` from (examples\/\S+\.(\w+)): change those. -->\n)(\n```[\s\S]*?\n```\n)?/g,
    codeBlock,
  );
}

function codeBlock(_: string, begin: string, path: string, language: string): string {
  return `${begin}\n\`\`\`${language}\n${readFileSync(join(import.meta.dirname, "..", path), "utf8")}\`\`\`\n`;
}

/** The document with the table from this source anew; the rest is as it is written. */
function withTable(text: string, source: string, head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const begin = madeFrom(source);
  if (!text.includes(begin)) {
    throw new Error(`there is no place for the table from ${source}`);
  }
  const [before = "", after = ""] = text.split(`${begin}\n\n`);
  return `${before}${begin}\n\n${table(head, rows)}${after.replace(/^(\|.*\n)*/, "")}`;
}

function permissionsDocument(): string {
  const sections = SERVICES.map(
    ({ name, methods }) => `\n## ${name}\n\n${table(["call", "role", "SELF", "accounts"], methods.map(permissionRow))}`,
  );
  return `# Permissions

${madeFrom("src/rpc/permissions/permissions.ts")}

What each call takes: a key or a token of at least this role, for one of these accounts. WRITER includes READER, and
ADMIN includes both. The role bounds a super admin's key as well: a READER key reads, in every account.

SELF is apart: it may make the calls with "own user", about its own user only. A request that leaves out the user means the caller's own.
Of that user it changes \`name\`, \`display_name\`, \`about\` and those places of \`metadata\` that the account names in \`self_writable\`; it gets
the changes of that user only, and no initial state. Everything else is PERMISSION_DENIED, whatever exists.

\`account_id\` in a request is optional: empty means the key's account. Only a super admin may name another one; anybody else gets
PERMISSION_DENIED, whether that account exists or not.

A call that writes uses up the nonce that comes with it, and needs one if its key has \`require_nonce\`. \`WhoAmI\` tells a key its role,
its account and its calls.
${sections.join("")}`;
}

function permissionRow(method: DescMethod): string[] {
  const permission = PERMISSIONS.get(methodName(method));
  if (permission === undefined) {
    throw new Error(`${methodName(method)} has no declared permission`);
  }
  const { role, superAdmin, mutates, allAccounts, bindOwnUser } = permission;
  const others = allAccounts ? "own; super admins: any, or all (`-`)" : "own; super admins: any";
  const takesAccount = method.input.fields.some(({ name }) => name === "account_id");
  return [
    `\`${method.name}\`${mutates ? ", writes" : ""}`,
    superAdmin ? `${role}, of a super admin` : role,
    bindOwnUser === undefined ? "" : "own user",
    superAdmin ? "any" : takesAccount ? others : "own",
  ];
}

function madeFrom(...sources: string[]): string {
  return `<!-- Made by \`npm run documents\` from ${sources.join(" and ")}: change those. -->`;
}

/** `A`, `B` and `C`. */
function listed(names: readonly string[]): string {
  return new Intl.ListFormat("en-GB").format(names.map((name) => `\`${name}\``));
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |\n`).join("");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
