import { UserSchema } from "@roster/client";
import { Command } from "commander";
import { UsageError } from "../errors.ts";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "../options/connection.ts";
import { addRequestId, mutationOf, type RequestIdOptions } from "../options/mutation.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { collect } from "../options/repeat.ts";
import { show } from "../terminal/output.ts";
import { type Assignment, parseAssignment, SETTABLE, toUser } from "./assignments.ts";

interface CreateOptions extends ConnectionOptions, OutputOptions, RequestIdOptions {
  readonly id?: string;
  readonly email?: string;
  readonly externalId?: string;
  readonly name?: string;
  readonly displayName?: string;
  readonly set?: readonly string[];
  readonly dryRun?: boolean;
}

const HELP = `
--set takes ${SETTABLE.join(", ")}.
Values in metadata are JSON if they can be read as JSON, else text: --set metadata.plan=pro --set metadata.seats=5
--set 'metadata.code="007"' --set 'metadata["a key"]={"on":true}'`;

/** `roster users create` */
export function createCommand(env: Environment): Command {
  const command = new Command("create")
    .description("Create a user. One that has the external id already is shown, and stays as it is.")
    .option("--email <address>", "its e-mail address")
    .option("--name <name>", "its name for machines")
    .option("--display-name <name>", "its name for people")
    .option("--external-id <id>", "your own id of it")
    .option("--id <id>", "its id (default: made by the server)")
    .option("--set <field=value>", "a further field, as project=engine or metadata.plan=pro; may be repeated", collect)
    .option("--dry-run", "only check")
    .addHelpText("after", HELP);
  return addOutputOptions(addRequestId(addConnectionOptions(command))).action((options: CreateOptions) => {
    const user = { ...toUser(assignmentsOf(options)), id: options.id ?? "" };
    return withConnection(options, env, async ({ users, accountId }) => {
      const request = { accountId, user, validateOnly: options.dryRun ?? false, ...mutationOf(options) };
      const { user: stored, created } = await users.createUser(request);
      await show(UserSchema, stored, options);
      if (!created) {
        process.stderr.write("there was a user with this external id already, and nothing was changed\n");
      } else if (options.dryRun) {
        process.stderr.write("this is how it would be; nothing was created\n");
      }
    });
  });
}

function assignmentsOf({ email, name, displayName, externalId, id, set = [] }: CreateOptions): Assignment[] {
  if (id === "") {
    throw new UsageError("--id must not be empty; without it the server makes one");
  }
  const named = { email, name, display_name: displayName, external_id: externalId };
  const given = Object.entries(named).flatMap(([field, value]): Assignment[] =>
    value === undefined ? [] : [{ place: [field], value }],
  );
  return [...given, ...set.map(parseAssignment)];
}
