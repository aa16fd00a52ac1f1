import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import type { Environment } from "../../config/environment.ts";
import { UsageError } from "../errors.ts";
import { readCertificate } from "../options/client-certificate.ts";
import { parseUrl, readAuthorities, readKeyFile } from "../options/target.ts";
import { ask } from "../terminal/prompt.ts";
import { checkProfileName, type Profile } from "./profile.ts";
import { ProfileStore } from "./store.ts";

interface AddOptions {
  readonly server: string;
  readonly account?: string;
  readonly keyFile?: string;
  /** False for --no-key. */
  readonly key: boolean;
  readonly ca?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly replace?: boolean;
}

const HELP = `
Asks for the key at a terminal, and reads it from standard input elsewhere: in an argument others could see it.
  roster profile add prod --server https://roster.example.com
  roster profile add ci --server https://roster.example.com < ci.key
  roster profile add local --server http://127.0.0.1:8080 --key-file data/admin.key`;

/** `roster profile add` */
export function addCommand(env: Environment): Command {
  return new Command("add")
    .description("Remember a server, and whom to call it as. The first profile is in use at once.")
    .argument("<name>", "what to call it")
    .requiredOption("--server <url>", "the server")
    .option("--account <id>", "the account that commands are about (default: the key's)")
    .option("--key-file <file>", "where the key is; it is read there each time")
    .option("--no-key", "no key: a client certificate stands for one")
    .option("--ca <file>", "who may have signed the server's certificate, PEM")
    .option("--client-certificate <file>", "a certificate to show to the server, PEM")
    .option("--client-key <file>", "its private key, PEM")
    .option("--replace", "in place of the profile that has the name")
    .addHelpText("after", HELP)
    .action(async (name: string, options: AddOptions) => {
      const profiles = new ProfileStore(env);
      checkProfileName(name);
      if (profiles.has(name) && !options.replace) {
        throw new UsageError(`there is a profile ${name} already\nnext: --replace puts the new one in its place`);
      }
      const profile = { ...remembered(options), ...(await keyOf(options)) };
      profiles.put(name, profile);
      if (profiles.list().length === 1) {
        profiles.use(name);
      }
      const inUse = profiles.used() === name ? ", and is in use" : `; \`roster profile use ${name}\` puts it to use`;
      process.stderr.write(`profile ${name} is in ${profiles.pathOf(name)}${inUse}\n${warningOf(profile)}`);
    });
}

/** All but the key, checked: a mistake is found now, and not when somebody is in a hurry. */
function remembered({ server, account, ca, clientCertificate, clientKey }: AddOptions): Profile {
  if (ca !== undefined) {
    readAuthorities(ca);
  }
  readCertificate({ ...(clientCertificate && { clientCertificate }), ...(clientKey && { clientKey }) }, {});
  return {
    server: parseUrl(server),
    ...(account && { account }),
    ...(ca && { ca: resolve(ca) }),
    ...(clientCertificate && { client_certificate: resolve(clientCertificate) }),
    ...(clientKey && { client_key: resolve(clientKey) }),
  };
}

async function keyOf({ keyFile, key, clientCertificate }: AddOptions): Promise<Pick<Profile, "api_key" | "api_key_file">> {
  if (keyFile !== undefined) {
    readKeyFile(keyFile);
    return { api_key_file: resolve(keyFile) };
  }
  if (!key && clientCertificate === undefined) {
    throw new UsageError("without a key, a profile needs --client-certificate and --client-key");
  }
  const given = key ? (await readKey()).trim() : "";
  if (given === "" && clientCertificate === undefined) {
    throw new UsageError("no key was given: type it, give it on standard input, or name its file with --key-file");
  }
  if (!/^[!-~]*$/.test(given)) {
    throw new UsageError("that is no key: a key is one word of visible ASCII characters");
  }
  return given === "" ? {} : { api_key: given };
}

function readKey(): Promise<string> {
  return process.stdin.isTTY ? ask("Key (not shown): ", { hidden: true }) : text(process.stdin);
}

function warningOf({ server, api_key: key, api_key_file: keyFile }: Profile): string {
  const { protocol, hostname } = new URL(server);
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === "http:" && !isHere && (key || keyFile)
    ? "careful: by http:// the key travels for everybody to read\n"
    : "";
}
