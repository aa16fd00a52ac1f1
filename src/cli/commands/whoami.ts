import { ApiKeyRole } from "@roster/client";
import { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "../options/connection.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { showRecord } from "../terminal/output.ts";

/** `roster whoami` */
export function whoAmICommand(env: Environment): Command {
  const command = new Command("whoami").description("Show which server commands call, and as whom.");
  return addOutputOptions(addConnectionOptions(command)).action((options: ConnectionOptions & OutputOptions) =>
    withConnection(options, env, async ({ target, caller, accountId }) => {
      const { baseUrl: server, profile = "", keySource } = target;
      const { apiKey, token, user, role, superAdmin } = caller;
      const record = {
        server,
        profile,
        key: apiKey?.id ?? token?.subject ?? "",
        key_from: keySource,
        role: ApiKeyRole[role].toLowerCase(),
        account_id: accountId,
        user_id: user?.id ?? "",
        super_admin: superAdmin,
      };
      await showRecord(record, options);
    }),
  );
}
