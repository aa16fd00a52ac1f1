import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { type Server, TLSSocket } from "node:tls";
import type { ClientCertificate } from "../../directory/keys/proof.ts";
import type { Log } from "../../log.ts";
import { certificateNames } from "./certificate-names.ts";

/** By what `getPeerCertificate` of the connection returns. */
const certificates = new WeakMap<object, ClientCertificate>();

/** Closes connections whose certificate was not verified before a call can come by them. Remembers the certificates of the others. */
export function checkClientCertificates(server: Server, log: Log): void {
  const serve = server.listeners("secureConnection");
  server.removeAllListeners("secureConnection");
  server.on("secureConnection", (socket: TLSSocket) => {
    const certificate = socket.getPeerX509Certificate();
    if (certificate !== undefined && !socket.authorized) {
      socket.on("error", () => {});
      logRefusal(socket, log);
      socket.destroy();
      return;
    }
    if (certificate !== undefined) {
      remember(socket, certificate);
    }
    for (const listener of serve) {
      listener.call(server, socket);
    }
  });
  // Where a certificate is required, Node closes such a connection itself; its address is not known any more.
  server.on("tlsClientError", (_error, socket) => {
    if (socket.authorizationError) {
      logRefusal(socket, log);
    }
  });
}

/** The verified certificate of the connection; undefined: none was shown, or none is asked for. */
export function clientCertificateOf(socket: Socket): ClientCertificate | undefined {
  return socket instanceof TLSSocket && socket.authorized ? rememberedCertificate(socket.getPeerCertificate()) : undefined;
}

/** The same, by what `getPeerCertificate` of the connection returns. */
export function rememberedCertificate(peerCertificate: object | undefined): ClientCertificate | undefined {
  return peerCertificate && certificates.get(peerCertificate);
}

function remember(socket: TLSSocket, certificate: X509Certificate): void {
  const peerCertificate = socket.getPeerCertificate();
  certificates.set(peerCertificate, {
    names: certificateNames(certificate.subjectAltName),
    fingerprint: certificate.fingerprint256,
    expireTime: certificate.validToDate.getTime() * 1000,
  });
  // Node makes a new object each time, which takes as long as a short call. grpc-js asks for it with each call that wants it.
  Object.defineProperty(socket, "getPeerCertificate", { value: () => peerCertificate });
}

function logRefusal({ authorizationError, remoteAddress }: TLSSocket, log: Log): void {
  log.info({ cause: String(authorizationError), address: remoteAddress }, "a client certificate was refused");
}
