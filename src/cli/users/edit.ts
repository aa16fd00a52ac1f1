import { readFileSync } from "node:fs";
import { ConnectError } from "@connectrpc/connect";
import { MetadataUpdate, RosterError, type User, UserSchema } from "@roster/client";
import { Command } from "commander";
import { messageOf, systemCode } from "../../directory/values/cause.ts";
import { CommandError, explain, UsageError } from "../errors.ts";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { Draft, edit, editorOf } from "../terminal/editor.ts";
import { show } from "../terminal/output.ts";
import { ask, canAsk } from "../terminal/prompt.ts";
import { changesOf, parseText, textOf, toChangedUser, toText } from "./edit-text.ts";
import { addUserKey, findUser, type UserKeyOptions } from "./user-key.ts";

interface EditOptions extends ConnectionOptions, OutputOptions, UserKeyOptions {
  readonly from?: string;
}

const HELP = `
Opens the user as JSON in $VISUAL, else $EDITOR, else vi. What is changed there is saved when the editor ends, unless somebody else
has changed the user meanwhile: then your changes are kept in a file, from which --from goes on. A line that is taken out clears its
field.`;

/** `roster users edit` */
export function editCommand(env: Environment): Command {
  const command = addUserKey(new Command("edit").description("Change a user in your editor."))
    .option("--from <file>", "begin with the changes that an earlier edit has kept")
    .addHelpText("after", HELP);
  return addOutputOptions(addConnectionOptions(command)).action((id: string | undefined, options: EditOptions) => {
    const editor = editorOf(env);
    const kept = options.from === undefined ? undefined : readKept(options.from);
    return withConnection(options, env, async (connection) => {
      const user = await findUser(connection, id, options);
      const draft = new Draft("user.json", beginning(user, kept));
      const saved = await editUntilSaved(editor, draft, user, connection);
      if (saved === undefined) {
        process.stderr.write("nothing was changed\n");
      }
      await show(UserSchema, saved ?? user, options);
    });
  });
}

/** Undefined if nothing is other than before. What can't be saved is kept in the file of the draft, and the error says so. */
async function editUntilSaved(editor: string, draft: Draft, user: User, connection: Connection): Promise<User | undefined> {
  for (;;) {
    const before = draft.text;
    try {
      await edit(editor, draft.path);
      const edited = parseText(draft.text);
      const changes = changesOf(user, edited);
      const etag = typeof edited["etag"] === "string" ? edited["etag"] : user.etag;
      const saved = Object.keys(changes).length === 0 ? undefined : await save(user, changes, etag, connection);
      draft.remove();
      return saved;
    } catch (error) {
      const problem = error instanceof ConnectError ? explain(error, connection.baseUrl) : messageOf(error);
      if (RosterError.from(error).reason === "ETAG_MISMATCH") {
        throw await conflict(draft, user, connection);
      }
      if (!(await wantsAgain(problem))) {
        throw keep(error, draft, before, user);
      }
    }
  }
}

async function save(user: User, changes: ReturnType<typeof changesOf>, etag: string, { users, accountId }: Connection) {
  const request = {
    accountId,
    user: { ...toChangedUser(changes), id: user.id, etag },
    updateMask: { paths: Object.keys(changes) },
    metadataUpdate: MetadataUpdate.REPLACE,
  };
  return (await users.updateUser(request)).user;
}

/** Somebody was faster. What is kept is what this person has changed: it goes on top of what the other one has. */
async function conflict(draft: Draft, user: User, connection: Connection): Promise<CommandError> {
  draft.text = textOf(changesOf(user, parseText(draft.text)));
  const next = `next: \`roster users edit ${user.id} --from ${draft.path}\` puts yours on top of it, for you to look at`;
  const { user: now } = await connection.users.getUser({
    accountId: connection.accountId,
    key: { case: "id", value: user.id },
  });
  const theirs = now === undefined ? "" : Object.keys(changesOf(user, parseText(toText(now)))).join(", ");
  const message = `somebody else has changed the user meanwhile (${theirs || "and back again"}); your changes are kept in ${draft.path}`;
  return new CommandError(`${message}\n${next}`, { outcome: "conflict" });
}

async function wantsAgain(problem: string): Promise<boolean> {
  if (!canAsk()) {
    return false;
  }
  process.stderr.write(`${problem}\n`);
  // Ctrl-C is a no, too.
  return !/^n/i.test(await ask("Edit again? [Y/n] ").catch(() => "n"));
}

/** The error, with the way to what was edited, if anything was. */
function keep(error: unknown, draft: Draft, before: string, user: User): unknown {
  if (draft.text === before) {
    draft.remove();
    return error;
  }
  try {
    draft.text = textOf(changesOf(user, parseText(draft.text)));
  } catch {
    // What can't be read is kept as it is.
  }
  const command = `roster users edit ${user.id} --from ${draft.path}`;
  process.stderr.write(`what you have changed is kept in ${draft.path}; \`${command}\` goes on with it\n`);
  return error;
}

function beginning(user: User, kept: string | undefined): string {
  if (kept === undefined) {
    return toText(user);
  }
  try {
    return toText(user, parseText(kept));
  } catch {
    return kept;
  }
}

function readKept(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`can't read ${path}: ${systemCode(error) ?? String(error)}`);
  }
}
