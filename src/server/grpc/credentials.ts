import { ServerCredentials } from "@grpc/grpc-js";
import { type TlsOptions, toServerOptions } from "../tls/options.ts";

export function credentialsOf(tls: TlsOptions | undefined): ServerCredentials {
  return tls === undefined ? ServerCredentials.createInsecure() : new TlsCredentials(tls);
}

/** As those of `createSsl`, which knows of no certificate that may be left out. */
class TlsCredentials extends ServerCredentials {
  constructor(tls: TlsOptions) {
    const { requestCert = false, rejectUnauthorized = false, ...context } = toServerOptions(tls);
    super({ requestCert, rejectUnauthorized }, context);
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
