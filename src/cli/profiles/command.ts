import { Command } from "commander";
import type { Environment } from "../../config/environment.ts";
import { secretKeyId } from "../../directory/keys/api-key.ts";
import { UsageError } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { showRecord, showRecords } from "../terminal/output.ts";
import { addCommand } from "./add.ts";
import type { Profile } from "./profile.ts";
import { ProfileStore } from "./store.ts";

const HELP = `
Profiles are files in $XDG_CONFIG_HOME/roster or ~/.config/roster, which only you can read. What a command calls: flags go before
environment variables (ROSTER_SERVER, ROSTER_API_KEY, …), those before the profile of --profile, else of ROSTER_PROFILE, else of
"roster profile use". The key of a profile is shown to the server of the profile only.`;

/** `roster profile` */
export function profileCommand(env: Environment): Command {
  return new Command("profile")
    .description("Remember servers and keys under names.")
    .addHelpText("after", HELP)
    .addCommand(addCommand(env))
    .addCommand(addOutputOptions(listCommand(env)))
    .addCommand(addOutputOptions(showCommand(env)))
    .addCommand(useCommand(env))
    .addCommand(removeCommand(env));
}

function listCommand(env: Environment): Command {
  return new Command("list").description("List the profiles.").action(async (options: OutputOptions) => {
    const profiles = new ProfileStore(env);
    const used = profiles.used();
    const records = profiles.list().map((name) => {
      const { server, account = "" } = profiles.get(name);
      return { name, server, account, in_use: name === used };
    });
    await showRecords(["name", "server", "account", "in_use"], records, options);
  });
}

function showCommand(env: Environment): Command {
  return new Command("show")
    .description("Show a profile, without its key.")
    .argument("[profile]", "the profile (default: the one in use)")
    .action(async (name: string | undefined, options: OutputOptions) => {
      const profiles = new ProfileStore(env);
      const shown = name ?? (env["ROSTER_PROFILE"] || profiles.used());
      if (shown === undefined) {
        throw new UsageError(
          "no profile is in use\nnext: `roster profile list` shows them, `roster profile use NAME` puts one to use",
        );
      }
      await showRecord({ name: shown, ...withoutKey(profiles.get(shown)), file: profiles.pathOf(shown) }, options);
    });
}

function useCommand(env: Environment): Command {
  return new Command("use")
    .description("Make a profile the one that commands go by.")
    .argument("[profile]", "the profile")
    .option("--none", "go by none")
    .action((name: string | undefined, { none = false }: { readonly none?: boolean }) => {
      if ((name === undefined) !== none) {
        throw new UsageError("give the name of a profile, or --none");
      }
      const profiles = new ProfileStore(env);
      if (name !== undefined) {
        profiles.get(name);
      }
      profiles.use(name);
      process.stderr.write(name === undefined ? "no profile is in use\n" : `profile ${name} is in use\n`);
    });
}

function removeCommand(env: Environment): Command {
  return new Command("remove")
    .description("Forget a profile. Its key goes on working: `roster keys revoke` ends it.")
    .argument("<profile>", "the profile")
    .action((name: string) => {
      const profiles = new ProfileStore(env);
      if (!profiles.has(name)) {
        profiles.get(name);
      }
      profiles.remove(name);
      process.stderr.write(`profile ${name} is forgotten\n`);
    });
}

function withoutKey({ api_key: key, ...profile }: Profile) {
  return key === undefined ? profile : { ...profile, api_key: `${keyName(key)}***` };
}

function keyName(key: string): string {
  const id = secretKeyId(key);
  return id === undefined ? "" : `roster_${id}_`;
}
