import { MetadataUpdate, UserSchema } from "@roster/client";
import { Command } from "commander";
import { UsageError } from "../errors.ts";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "../options/connection.ts";
import { addEtag, addRequestId, type EtagOptions, mutationOf, type RequestIdOptions } from "../options/mutation.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { collect } from "../options/repeat.ts";
import { show } from "../terminal/output.ts";
import { type Assignment, parseAssignment, parseRemoval, SETTABLE, toUser } from "./assignments.ts";
import { addUserKey, findUserId, type UserKeyOptions } from "./user-key.ts";

interface UpdateOptions extends ConnectionOptions, OutputOptions, RequestIdOptions, EtagOptions, UserKeyOptions {
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
  readonly dryRun?: boolean;
}

const HELP = `
Examples:
  roster users update ada --set email=ada@example.com --set metadata.plan=pro --unset metadata.trial
  roster users update --email ada@example.com --set 'metadata.team={"id":7}'

Fields: ${SETTABLE.join(", ")}. Values in metadata are JSON if they can be read as JSON, else text.
What is set in metadata is merged into what is there, objects too (RFC 7396); "--set metadata={…}" takes the place of all of it.`;

/** `roster users update` */
export function updateCommand(env: Environment): Command {
  const command = addUserKey(new Command("update").description("Change some fields of a user."))
    .option("--set <field=value>", "a new value, as email=ada@example.com or metadata.plan=pro; may be repeated", collect)
    .option("--unset <field>", "what to take away, as email or metadata.plan; may be repeated", collect)
    .option("--dry-run", "only check, and show how it would be")
    .addHelpText("after", HELP);
  return addOutputOptions(addEtag(addRequestId(addConnectionOptions(command)))).action(
    (id: string | undefined, options: UpdateOptions) => {
      const change = toChange([...(options.set ?? []).map(parseAssignment), ...(options.unset ?? []).map(parseRemoval)]);
      return withConnection(options, env, async (connection) => {
        const { etag = "", ...mutation } = mutationOf(options);
        const { users, accountId } = connection;
        const user = { ...change.user, id: await findUserId(connection, id, options), etag };
        const request = { ...change, ...mutation, accountId, user, validateOnly: options.dryRun ?? false };
        await show(UserSchema, (await users.updateUser(request)).user, options);
        if (options.dryRun) {
          process.stderr.write("this is how it would be; nothing was changed\n");
        }
      });
    },
  );
}

function toChange(assignments: readonly Assignment[]) {
  if (assignments.length === 0) {
    throw new UsageError("nothing to change: give --set or --unset");
  }
  const paths = [...new Set(assignments.map(({ place: [field] }) => field))];
  const replaces = assignments.some(({ place }) => place[0] === "metadata" && place.length === 1);
  // A field that is named and absent is cleared; a null inside metadata takes the key away.
  const present = assignments.filter(({ place, value }) => value !== null || place.length > 1);
  return {
    user: toUser(present),
    updateMask: { paths },
    metadataUpdate: replaces ? MetadataUpdate.REPLACE : MetadataUpdate.MERGE,
  };
}
