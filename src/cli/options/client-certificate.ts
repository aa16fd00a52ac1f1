import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ClientTls } from "@roster/client";
import { type Command, Option } from "commander";
import type { Environment } from "../../config/environment.ts";
import { systemCode } from "../../directory/values/cause.ts";
import { UsageError } from "../errors.ts";

/** What `addCertificateOptions` adds. */
export interface CertificateOptions {
  readonly clientCertificate?: string;
  readonly clientKey?: string;
}

const CERTIFICATE = "ROSTER_CLIENT_CERTIFICATE";
const KEY = "ROSTER_CLIENT_KEY";

export function addCertificateOptions(command: Command): Command {
  return command
    .addOption(new Option("--client-certificate <file>", `a certificate to show to the server, PEM (env: ${CERTIFICATE})`))
    .addOption(new Option("--client-key <file>", `its private key, PEM (env: ${KEY})`));
}

/** The certificate to show, if there is one. Throws a UsageError if it has no key, or is none. */
export function readCertificate(options: CertificateOptions, env: Environment): ClientTls | undefined {
  const certificate = options.clientCertificate || env[CERTIFICATE];
  const key = options.clientKey || env[KEY];
  if (!certificate && !key) {
    return undefined;
  }
  if (!certificate || !key) {
    throw new UsageError(`give both --client-certificate and --client-key, or ${CERTIFICATE} and ${KEY}`);
  }
  return {
    certificate: readPem(certificate, "certificate", (pem) => new X509Certificate(pem)),
    key: readPem(key, "private key", createPrivateKey),
  };
}

/** The text of the file. Throws a UsageError if it is not what it is called. */
export function readPem(path: string, kind: string, parse: (pem: string) => unknown): string {
  try {
    const pem = readFileSync(path, "utf8");
    parse(pem);
    return pem;
  } catch (error) {
    throw new UsageError(`${path} must be a file with a ${kind} in PEM (${systemCode(error) ?? String(error)})`);
  }
}
