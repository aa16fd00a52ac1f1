import type { TlsOptions as NodeTlsOptions } from "node:tls";

/** How a port speaks TLS. Texts are PEM. */
export interface TlsOptions {
  readonly certificate: string;
  readonly key: string;
  /** Asks clients for certificates. Absent: they are not asked. */
  readonly clients?: ClientOptions | undefined;
}

interface ClientOptions {
  /** The authorities whose certificates are taken. */
  readonly ca: string;
  /** Whether a client without a certificate is refused. */
  readonly required: boolean;
}

type ServerOptions = Pick<NodeTlsOptions, "cert" | "key" | "ca" | "requestCert" | "rejectUnauthorized">;

/** The same, as Node's servers take it. A certificate that is not verified is refused by `checkClientCertificates`, where none is required. */
export function toServerOptions({ certificate, key, clients }: TlsOptions): ServerOptions {
  const asked = clients && { ca: clients.ca, requestCert: true, rejectUnauthorized: clients.required };
  return { cert: certificate, key, ...asked };
}
