import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Environment } from "./environment.ts";
import { SETTINGS, type SettingValues } from "./settings.ts";

/** The settings of TLS, together. Texts are PEM. */
export interface TlsConfig {
  readonly certificate: string;
  readonly key: string;
  /** Undefined: clients are not asked for certificates. */
  readonly clients: { readonly ca: string; readonly required: boolean } | undefined;
}

export type TlsValues = Pick<SettingValues, "tlsCertificate" | "tlsKey" | "tlsClientCa" | "tlsClientAuth">;

export function toTlsConfig({ tlsCertificate, tlsKey, tlsClientCa, tlsClientAuth }: TlsValues): TlsConfig | undefined {
  if (!(tlsCertificate && tlsKey)) {
    return undefined;
  }
  const clients = tlsClientCa === undefined ? undefined : { ca: tlsClientCa, required: tlsClientAuth === "required" };
  return { certificate: tlsCertificate, key: tlsKey, clients };
}

/** What is wrong with the settings together. */
export function tlsProblems(env: Environment, tls: TlsConfig | undefined): string[] {
  const has = (name: keyof TlsValues) => Boolean(env[SETTINGS[name].variable]);
  const problems: string[] = [];
  if (has("tlsCertificate") !== has("tlsKey")) {
    problems.push("ROSTER_TLS_CERTIFICATE and ROSTER_TLS_KEY: set both or neither");
  }
  if (tls && !new X509Certificate(tls.certificate).checkPrivateKey(createPrivateKey(tls.key))) {
    problems.push("ROSTER_TLS_CERTIFICATE and ROSTER_TLS_KEY: the key is not that of the certificate");
  }
  if (has("tlsClientCa") && !has("tlsCertificate") && !has("tlsKey")) {
    problems.push("ROSTER_TLS_CLIENT_CA: set ROSTER_TLS_CERTIFICATE and ROSTER_TLS_KEY, too: only TLS has certificates");
  }
  if (has("tlsClientAuth") && !has("tlsClientCa")) {
    problems.push("ROSTER_TLS_CLIENT_AUTH: set ROSTER_TLS_CLIENT_CA, too, to say whose certificates are taken");
  }
  return problems;
}
